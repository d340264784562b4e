"""A real mail server (aiosmtpd), which can also refuse, stumble and hang up."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from showfloor.notices.adapters.smtp import SmtpMailer, SmtpServer

SENDER = "orders@shop.example"


@dataclass
class Postbox:
    """`says` are the answers to the next MAIL, RCPT and DATA, by command; `hangs_up` closes the
    connection instead of answering DATA's end, after the mail was taken; `silent` never answers it,
    and `pause` is how long the server thinks before it does.
    """

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    silent: bool = False
    pause: float = 0.0
    utf8: bool = False
    logins: int = 0
    """Passwords that came; it asks for one without TLS, as a careless server does."""
    asks_for_password: bool = True
    knows: bool = True
    """Whether it takes the password."""
    offers_tls: ssl.SSLContext | None = None
    """With which STARTTLS (RFC 3207) is answered; without it the server does not offer it."""
    inside_tls: list[bool] = field(default_factory=list)
    """Of each mail, whether it came encrypted."""

    def check(self, *_: object) -> AuthResult:
        self.logins += 1
        return AuthResult(success=self.knows, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it by the command's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.says:
            return self.says["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.says:
            return self.says["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if "DATA" in self.says:
            return self.says["DATA"]
        content = cast(bytes, envelope.content)
        self.taken.append(cast(EmailMessage, message_from_bytes(content, policy=POLICY)))
        self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        self.inside_tls.append(session.ssl is not None)
        await asyncio.sleep(self.pause)  # waits:  a server that takes its time is the case
        if self.silent:
            await asyncio.Event().wait()
        if self.hangs_up:
            assert server.transport is not None
            server.transport.close()
        return "250 OK"

    def mailer(
        self,
        *,
        seconds: float = 30.0,
        data_seconds: float = 600.0,
        login: str = "",
        scheme: str = "smtp",
        host: str = "127.0.0.1",
    ) -> SmtpMailer:
        url = f"{scheme}://{login}{host}:{self.port}"
        server = SmtpServer.of(url, SENDER)
        return SmtpMailer(server, seconds=seconds, data_seconds=data_seconds)


@asynccontextmanager
async def postbox(*, inside: ssl.SSLContext | None = None) -> AsyncIterator[Postbox]:
    """`inside`: TLS from the first byte on (RFC 8314 §3.3)."""
    box = Postbox()
    sessions: list[SMTP] = []

    def talk() -> SMTP:
        sessions.append(
            SMTP(
                box,
                hostname="mx.example",
                enable_SMTPUTF8=box.utf8,
                auth_require_tls=False,
                authenticator=box.check,
                auth_exclude_mechanism=() if box.asks_for_password else ("LOGIN", "PLAIN"),
                tls_context=box.offers_tls,
            )
        )
        return sessions[-1]

    server = await asyncio.get_running_loop().create_server(talk, "127.0.0.1", 0, ssl=inside)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()
    for each in sessions:
        if each.transport is not None:
            each.transport.abort()
