"""Where all mails of the demo arrive: a mail server on this machine that keeps what it gets and
passes nothing on, and a page that shows it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8 as POLICY
from pathlib import Path
from typing import cast

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from showfloor.app.demo.state import FILES
from showfloor.app.private import private_text
from showfloor.app.settings import Settings
from showfloor.kit import messages

PAGES = FILES / "mailbox"
FOLDER = "mailbox"
"""In the demo's data folder."""
MOST = 200
"""Mails that are kept, the newest."""
OWN_PAGE = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'"
MAIL_PAGE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that arrived, as its reader sees it; `number` counts them."""

    number: int
    to: str
    subject: str
    language: str
    sent_at: datetime
    text: str
    html: str

    @property
    def direction(self) -> str:
        return messages.direction(self.language)


class Mailbox:
    """Mails as files; one process writes them."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by the command's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail, for as many as it is."""
        self.keep(cast(bytes, envelope.content))
        return "250 OK"

    def keep(self, content: bytes) -> None:
        numbers = self._numbers()
        number = numbers[0] + 1 if numbers else 1
        message = message_from_bytes(content, policy=POLICY)
        self._folder.mkdir(parents=True, exist_ok=True)
        private_text(self._file(number), message.as_string())
        for old in numbers[MOST - 1 :]:
            self._file(old).unlink()

    def newest(self) -> list[Arrived]:
        """The newest first."""
        return [self._read(number) for number in self._numbers()]

    def find(self, number: int) -> Arrived | None:
        return self._read(number) if self._file(number).exists() else None

    def _file(self, number: int) -> Path:
        return self._folder / f"{number}.eml"

    def _numbers(self) -> list[int]:
        return sorted((int(file.stem) for file in self._folder.glob("*.eml")), reverse=True)

    def _read(self, number: int) -> Arrived:
        file = self._file(number)
        message = message_from_bytes(file.read_bytes(), policy=POLICY)
        # Whoever tries the server out sends no date, or one that is none.
        dated = getattr(message["Date"], "datetime", None)
        return Arrived(
            number=number,
            to=str(message["To"] or ""),
            subject=str(message["Subject"] or ""),
            language=str(message["Content-Language"] or "en"),
            sent_at=dated or datetime.fromtimestamp(file.stat().st_mtime, UTC),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


@asynccontextmanager
async def receiving(mailbox: Mailbox, host: str, port: int) -> AsyncIterator[int]:
    """A mail server that keeps everything; its port."""

    def talk() -> SMTP:
        return SMTP(mailbox, hostname="localhost", ident="Showfloor demo", enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(talk, host, port)
    async with server:
        yield server.sockets[0].getsockname()[1]


def create_site(mailbox: Mailbox, *, host: str, smtp_port: int) -> Starlette:
    """The page, which receives while it is up."""
    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=select_autoescape(), undefined=StrictUndefined
    )

    def page(request: Request, name: str, **given: object) -> Response:
        lang = "ar" if request.query_params.get("lang") == "ar" else "en"
        html = pages.get_template(name).render(
            lang=lang, dir=messages.direction(lang), path=request.url.path, **given
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": OWN_PAGE})

    def chosen(request: Request) -> Arrived:
        found = mailbox.find(int(request.path_params["number"]))
        if found is None:
            raise HTTPException(404)
        return found

    async def home(request: Request) -> Response:
        return page(request, "list.html", mails=mailbox.newest())

    async def mail(request: Request) -> Response:
        return page(request, "mail.html", mail=chosen(request))

    async def html(request: Request) -> Response:
        # Its links leave the frame: no page of ours may be shown in one.
        content = chosen(request).html.replace("<head>", '<head>\n<base target="_top">', 1)
        return HTMLResponse(content, headers={"Content-Security-Policy": MAIL_PAGE})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with receiving(mailbox, host, smtp_port):
            yield

    routes = [
        Route("/", home),
        Route("/mails/{number:int}", mail),
        Route("/mails/{number:int}/html", html),
        Mount("/site", StaticFiles(directory=PAGES)),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def mailbox() -> None:
    """Run it; ports come from the demo's supervisor."""
    settings = Settings()
    smtp_port = int(os.environ["SHOWFLOOR_DEMO_SMTP_PORT"])
    site = create_site(Mailbox(settings.data), host=settings.host, smtp_port=smtp_port)
    uvicorn.run(
        site,
        host=settings.host,
        port=int(os.environ["SHOWFLOOR_DEMO_MAILBOX_PORT"]),
        access_log=False,
        log_level="warning",
    )
