"""The demo's mailbox: a real mail server in front, a page behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from showfloor.app.demo import mailbox
from showfloor.app.demo.mailbox import Mailbox, create_site, receiving
from showfloor.notices.adapters.smtp import SmtpMailer, SmtpServer
from showfloor.notices.types import Delivery, Letter, Outcome

SENT = datetime(2026, 11, 26, 19, 30, tzinfo=UTC)


def letter(subject: str, lang: str = "en", number: int = 1) -> Letter:
    return Letter(
        to="anna@buyer.example",
        language=lang,
        subject=subject,
        text=f"Text: {subject}\n",
        html=f"<html><head></head><body><p>HTML: {subject}</p></body></html>",
        message_id=f"<{number}@shop.example>",
        date=SENT,
    )


async def send(box: Mailbox, *letters: Letter) -> list[Delivery]:
    async with receiving(box, "127.0.0.1", 0) as port:
        server = SmtpServer.of(f"smtp://127.0.0.1:{port}", "orders@demo.showfloor.example")
        return [await SmtpMailer(server).send(each) for each in letters]


@pytest.fixture
def box(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path)


@pytest.fixture
async def client(box: Mailbox) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_site(box, host="127.0.0.1", smtp_port=0))
    async with httpx2.AsyncClient(transport=transport, base_url="http://mails.test") as client:
        yield client


async def test_mail_that_was_sent_is_read_in_both_forms(
    box: Mailbox, client: httpx2.AsyncClient
) -> None:
    assert "None yet" in (await client.get("/")).text
    assert "لا رسائل بعد" in (await client.get("/?lang=ar")).text

    sent = await send(box, letter("Order 1 <b>"), letter("طلبك رقم 2", "ar", 2))

    assert sent == [Delivery(Outcome.SENT)] * 2
    listed = (await client.get("/")).text
    assert listed.index("طلبك رقم 2") < listed.index("Order 1 &lt;b&gt;")
    assert '<b lang="ar" dir="rtl">طلبك رقم 2</b>' in listed
    assert "anna@buyer.example" in listed and "2026-11-26 19:30 UTC" in listed
    shown = (await client.get("/mails/2")).text
    assert "Text: طلبك رقم 2" in shown and 'src="/mails/2/html"' in shown
    html = await client.get("/mails/2/html")
    assert "HTML: طلبك رقم 2" in html.text and '<base target="_top">' in html.text
    assert "script" not in html.headers["content-security-policy"]
    assert (await client.get("/mails/3")).status_code == 404


async def test_old_mails_make_room(
    box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST", 2)

    await send(box, *(letter(f"Order {number}", number=number) for number in (1, 2, 3)))

    assert [mail.subject for mail in box.newest()] == ["Order 3", "Order 2"]
    assert box.find(1) is None
    kept = list((tmp_path / mailbox.FOLDER).glob("*.eml"))
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept)


@pytest.mark.parametrize("date", ["", "Date: yesterday\r\n"])
async def test_mail_of_another_program_does_not_close_the_box(
    box: Mailbox, client: httpx2.AsyncClient, date: str
) -> None:
    box.keep(f"{date}\r\nJust words.\r\n".encode())
    await send(box, letter("Order 1"))

    listed = await client.get("/")

    assert listed.status_code == 200 and "Order 1" in listed.text
    assert "Just words." in (await client.get("/mails/1")).text
