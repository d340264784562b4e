"""Mail inside TLS: the server's certificate is checked before it gets a password."""

from __future__ import annotations

import ssl

import aiosmtplib
import pytest

from showfloor.notices.adapters import smtp
from showfloor.notices.types import Delivery, Outcome
from tests.integration.notices.postbox import postbox
from tests.integration.notices.test_smtp import letter

LOGIN = "user:secret@"


async def test_mail_goes_by_tls_from_the_first_byte_on(trusted: ssl.SSLContext) -> None:
    async with postbox(inside=trusted) as box:
        mailer = box.mailer(login=LOGIN, scheme="smtps", host="localhost")

        assert await mailer.send(letter()) == Delivery(Outcome.SENT)

    assert (box.logins, len(box.taken)) == (1, 1)


async def test_mail_goes_by_starttls_before_the_password(trusted: ssl.SSLContext) -> None:
    async with postbox() as box:
        box.offers_tls = trusted

        delivery = await box.mailer(login=LOGIN, host="localhost").send(letter())

    assert delivery == Delivery(Outcome.SENT)
    assert (box.logins, box.inside_tls) == (1, [True])


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_server_with_a_certificate_that_nobody_signed_gets_no_password(
    unknown: ssl.SSLContext, scheme: str, guard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guard:
        client = aiosmtplib.SMTP
        monkeypatch.setattr(
            aiosmtplib, "SMTP", lambda **given: client(**given | {"validate_certs": False})
        )
    async with postbox(inside=unknown if scheme == "smtps" else None) as box:
        box.offers_tls = unknown if scheme == "smtp" else None

        delivery = await box.mailer(login=LOGIN, scheme=scheme, host="localhost").send(letter())

    assert delivery.outcome is (Outcome.LATER if guard else Outcome.SENT)
    assert (box.logins, len(box.taken)) == ((0, 0) if guard else (1, 1))


async def test_certificate_of_another_name_gets_no_password(trusted: ssl.SSLContext) -> None:
    async with postbox() as box:
        box.offers_tls = trusted

        delivery = await box.mailer(login=LOGIN, host="127.0.0.1").send(letter())

    assert (delivery.outcome, box.logins, box.taken) == (Outcome.LATER, 0, [])


@pytest.mark.parametrize("near", [True, False])
async def test_certificate_that_nobody_signed_is_taken_of_this_host_alone(
    unknown: ssl.SSLContext, near: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server on the same host, as Debian sets it up, signs its certificate itself."""
    if not near:
        monkeypatch.setattr(smtp, "_THIS_HOST", ())
    async with postbox() as box:
        box.offers_tls = unknown

        delivery = await box.mailer().send(letter())

    assert delivery.outcome is (Outcome.SENT if near else Outcome.LATER)
    assert box.inside_tls == ([True] if near else [])
