"""One attempt to send, against a real mail server that does not always want to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiosmtplib
import pytest

from showfloor.notices.adapters.smtp import DATA_SECONDS, SmtpServer
from showfloor.notices.types import Delivery, Letter, Outcome
from tests.integration.notices.postbox import SENDER, Postbox, postbox


@pytest.fixture
async def box() -> AsyncIterator[Postbox]:
    async with postbox() as opened:
        yield opened


def letter(to: str = "anna@example.com", subject: str = "طلبك DN-1") -> Letter:
    when = datetime(2026, 11, 23, 18, 12, tzinfo=UTC)
    return Letter(to, "ar", subject, "نص\n.\nنهاية", "<p>نص</p>", "<one.1@shop.example>", when)


async def test_mail_arrives_as_text_and_html(box: Postbox) -> None:
    assert await box.mailer().send(letter()) == Delivery(Outcome.SENT)

    (mail,) = box.taken
    assert box.envelopes == [(SENDER, ["anna@example.com"])]
    assert (mail["Subject"], mail["Message-ID"]) == ("طلبك DN-1", "<one.1@shop.example>")
    assert mail["Date"].datetime == datetime(2026, 11, 23, 18, 12, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "ar"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    text = mail.get_body(("plain",))
    assert text is not None and text.get_content().splitlines() == ["نص", ".", "نهاية"]


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("451 later", Outcome.LATER), ("550 nobody here", Outcome.REFUSED)],
)
async def test_server_that_refuses_is_believed(
    box: Postbox, command: str, answer: str, outcome: Outcome
) -> None:
    box.says[command] = answer

    assert await box.mailer().send(letter()) == Delivery(outcome, answer[:3])
    assert box.taken == []


@pytest.mark.parametrize("answer", ["530 authenticate first", "550 unknown sender"])
async def test_server_that_refuses_us_says_nothing_of_the_mail(box: Postbox, answer: str) -> None:
    box.says["MAIL"] = answer

    assert await box.mailer().send(letter()) == Delivery(Outcome.LATER, answer[:3])


async def test_server_that_greets_with_a_refusal_is_tried_again(box: Postbox) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 no service here\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        delivery = await Postbox(port=port).mailer().send(letter())

    assert delivery.outcome is Outcome.LATER


async def test_address_in_arabic_gets_its_mail_where_the_server_can(box: Postbox) -> None:
    box.utf8 = True

    assert await box.mailer().send(letter("مستخدم@مثال.مصر")) == Delivery(Outcome.SENT)
    assert box.envelopes == [(SENDER, ["مستخدم@xn--mgbh0fb.xn--wgbh1c"])]


async def test_connection_that_is_lost_after_the_dot_leaves_it_unknown(box: Postbox) -> None:
    box.hangs_up = True

    assert (await box.mailer().send(letter())).outcome is Outcome.UNKNOWN
    assert len(box.taken) == 1


async def test_server_that_never_answers_ends_the_attempt(box: Postbox) -> None:
    box.silent = True

    assert (await box.mailer(data_seconds=0.5).send(letter())).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_server_that_never_greets_is_tried_again(scheme: str) -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        delivery = await Postbox(port=port).mailer(seconds=0.5, scheme=scheme).send(letter())

    assert delivery.outcome is Outcome.LATER


async def test_server_that_thinks_long_after_the_dot_is_waited_for(box: Postbox) -> None:
    box.pause = 3.0

    assert await box.mailer(seconds=2.0).send(letter()) == Delivery(Outcome.SENT)
    assert DATA_SECONDS == 600, "RFC 5321 §4.5.3.2.6"


async def test_server_that_is_not_there_is_tried_again() -> None:
    assert (await Postbox(port=1).mailer().send(letter())).outcome is Outcome.LATER


@pytest.mark.parametrize(
    "letters", ["se#cret", "se/cret", "se?cret", "25#cret", "25/cret", "25?cret"]
)
def test_password_that_breaks_the_address_is_not_repeated(letters: str) -> None:
    with pytest.raises(ValueError, match="percent-encode") as refused:
        SmtpServer.of(f"smtp://user:{letters}@mx.example:587", SENDER)

    assert "cret" not in str(refused.value) and "se" not in str(refused.value).split(";")[0]
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_password_is_decoded() -> None:
    server = SmtpServer.of("smtps://user:s%23%2F%3Fe@mx.example/", SENDER)

    assert (server.password, server.port) == ("s#/?e", 465)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_password_goes_over_tls_alone(
    box: Postbox, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guard:
        client = aiosmtplib.SMTP
        monkeypatch.setattr(
            aiosmtplib, "SMTP", lambda **given: client(**given | {"start_tls": None})
        )

    delivery = await box.mailer(login="user:secret@").send(letter())

    assert delivery.outcome is (Outcome.LATER if guard else Outcome.SENT)
    assert (box.logins, len(box.taken)) == ((0, 0) if guard else (1, 1))


async def test_domain_in_other_letters_is_written_as_dns_has_it(box: Postbox) -> None:
    await box.mailer().send(letter("anna@مثال.example"))

    assert box.envelopes[0][1] == ["anna@xn--mgbh0fb.example"]


@pytest.mark.parametrize(
    "address",
    [
        "no-address",
        "anna@",
        "anna(work)@example.com",
        "Anna <anna@example.com>",
        "a@exa mple.com",
        "a@b.example\r\nBcc: c@d.example",
        "a\nb@c.example",
    ],
)
async def test_what_is_no_address_is_refused_here(box: Postbox, address: str) -> None:
    assert await box.mailer().send(letter(address)) == Delivery(Outcome.REFUSED, "address")
    assert box.taken == []


async def test_subject_with_a_line_break_adds_no_header(box: Postbox) -> None:
    given = letter(subject="Hello\r\nBcc: thief@example.com")

    assert (await box.mailer().send(given)).outcome is Outcome.REFUSED
    assert box.taken == []
