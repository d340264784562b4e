"""SMTP (RFC 5321) by aiosmtplib: one connection for each mail, as few are sent and each attempt is
on its own.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import aiosmtplib
import idna
import structlog

from showfloor.notices.types import Delivery, Letter, Outcome

log = structlog.get_logger()
STEP_SECONDS = 30.0
"""Of connecting and of each answer but DATA's."""
DATA_SECONDS = 600.0
"""A server that scans the mail before it answers may take so long (RFC 5321 §4.5.3.2.6); who hangs
up earlier and comes again makes two mails of one.
"""
_THIS_HOST = ("localhost", "127.0.0.1", "::1")
_ENCODE = "percent-encode : / ? # @ in the password"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """`sender` is the address that mails come from, and to which bounces go. `tls` from the first
    byte on (RFC 8314 §3.3); otherwise STARTTLS is demanded wherever a password is sent, and used
    where it is offered. The certificate is checked, but for a mail server on this host that wants
    no password: it usually signs its certificate itself, and there is no way between (RFC 7435).
    """

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    sender: str

    @classmethod
    def of(cls, url: str, sender: str) -> SmtpServer:
        """`smtp://user:password@host:587`, `smtps://…` for TLS from the first byte on. Raises
        ValueError, which repeats nothing of it.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            # Its text quotes what stands after a colon: part of the password.
            raise ValueError(f"the port is no number; {_ENCODE}") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("needs smtp:// or smtps:// and a host")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(f"nothing comes after the port; {_ENCODE}")
        tls = parts.scheme == "smtps"
        return cls(
            parts.hostname,
            port or (465 if tls else 587),
            tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            sender,
        )


class Trouble(StrEnum):
    """Why a server would take no mail of ours. `NO_TLS`: it offers no encryption, without which no
    password is sent. `NO_LOGIN`: it asks for no user and password. `LATER`: it says to come again.
    """

    AWAY = "away"
    TLS = "tls"
    CERTIFICATE = "certificate"
    NO_TLS = "no_tls"
    NO_LOGIN = "no_login"
    LOGIN = "login"
    SENDER = "sender"
    LATER = "later"
    REFUSES = "refuses"


class SmtpMailer:
    """Sends by one server; `seconds` bounds each step but DATA, which `data_seconds` does."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        seconds: float = STEP_SECONDS,
        data_seconds: float = DATA_SECONDS,
    ) -> None:
        self._server = server
        self._seconds = seconds
        self._data_seconds = data_seconds

    async def send(self, letter: Letter) -> Delivery:
        try:
            to = ascii_domain(letter.to)
            message = compose(letter, sender=self._server.sender, to=to)
        except ValueError:
            return Delivery(Outcome.REFUSED, "address")
        return await self._deliver(message, to)

    async def _deliver(self, message: EmailMessage, to: str) -> Delivery:
        client, asked = self._client(), False
        try:
            await self._enter(client)
            utf8 = not to.isascii()
            await client.mail(self._server.sender, options=["SMTPUTF8"] if utf8 else [])
            await client.rcpt(to, encoding="utf-8" if utf8 else "ascii")
            policy = SMTP.clone(utf8=utf8)
            content, asked = message.as_bytes(policy=policy), True
            await client.data(content, timeout=self._data_seconds)
        except aiosmtplib.SMTPResponseException as error:
            # 4yz asks to come again, 5yz never to (RFC 5321 §4.2.1). What a server says before it
            # was told the buyer's address is about us, and somebody may mend it.
            about_it = aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError
            refused = error.code >= 500 and isinstance(error, about_it)
            return Delivery(Outcome.REFUSED if refused else Outcome.LATER, str(error.code))
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            outcome = Outcome.UNKNOWN if asked else Outcome.LATER
            return Delivery(outcome, type(error).__name__)
        finally:
            client.close()
        return Delivery(Outcome.SENT)

    async def check(self) -> Trouble | None:
        """Whether the server would take a mail of ours, as far as that is known before it has one:
        everything up to the recipient. None is sent.
        """
        client = self._client()
        try:
            await self._enter(client)
            await client.mail(self._server.sender)
            await client.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return _trouble(error, connected=client.is_connected)
        finally:
            client.close()
        return None

    async def _enter(self, client: aiosmtplib.SMTP) -> None:
        await client.connect()
        if self._server.user:
            await client.login(self._server.user, self._server.password)

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls,
            start_tls=False if server.tls else (True if server.user else None),
            validate_certs=server.tls or bool(server.user) or server.host not in _THIS_HOST,
            timeout=self._seconds,
            local_hostname=server.sender.rpartition("@")[2],
        )


def _trouble(error: BaseException, *, connected: bool) -> Trouble:
    causes = list(_causes(error))
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes):
        return Trouble.CERTIFICATE
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return Trouble.TLS
    match error:
        case aiosmtplib.SMTPResponseException() if error.code < 500:
            return Trouble.LATER
        case aiosmtplib.SMTPAuthenticationError():
            return Trouble.LOGIN
        case aiosmtplib.SMTPSenderRefused():
            return Trouble.SENDER
        case aiosmtplib.SMTPResponseException():
            return Trouble.REFUSES
        case OSError():
            return Trouble.AWAY
        case _:
            # The library's own word that what we demand is not offered: a login, once the
            # connection stands, and STARTTLS before it does.
            return Trouble.NO_LOGIN if connected else Trouble.NO_TLS


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def ascii_domain(address: str) -> str:
    """The address with its domain as DNS has it (RFC 5891); the part before the @ stays. Raises
    ValueError.
    """
    local, at, domain = address.rpartition("@")
    # aiosmtplib would send to what is left without comments and names: `anna(work)@` to `anna@`.
    if not local or not at or parseaddr(address)[1] != address:
        raise ValueError("no address")
    return f"{local}@{idna.encode(domain, uts46=True).decode()}"


def compose(letter: Letter, *, sender: str, to: str) -> EmailMessage:
    """The message. Headers are built by `email.message`, which refuses a line break in a value.
    Nobody's out-of-office answers it (RFC 3834 §5).
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Showfloor", addr_spec=sender)
    message["To"] = _address(to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.date)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # Last: `set_content` drops every Content-… header that was there before.
    message["Content-Language"] = letter.language
    return message


def _address(to: str) -> Address:
    local, _, domain = to.rpartition("@")
    return Address(username=local, domain=domain)
