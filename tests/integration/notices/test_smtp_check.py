"""Whether a mail server would take our mails, asked before anybody waits for one."""

from __future__ import annotations

import ssl

import pytest

from showfloor.app import doctor
from showfloor.app.doctor import mail_findings
from showfloor.app.settings import Settings
from showfloor.notices.adapters.smtp import Trouble
from tests.integration.notices.postbox import SENDER, Postbox, postbox

LOGIN = "user:secret@"


async def test_server_that_would_take_our_mails_gets_none(trusted: ssl.SSLContext) -> None:
    async with postbox() as box:
        box.offers_tls = trusted

        assert await box.mailer(login=LOGIN, host="localhost").check() is None
        assert await box.mailer().check() is None

    assert (box.logins, box.taken) == (1, [])


async def test_server_without_encryption_gets_no_password() -> None:
    async with postbox() as box:
        assert await box.mailer(login=LOGIN).check() is Trouble.NO_TLS

    assert box.logins == 0


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_certificate_that_nobody_signed_is_named(
    unknown: ssl.SSLContext, scheme: str
) -> None:
    async with postbox(inside=unknown if scheme == "smtps" else None) as box:
        box.offers_tls = unknown if scheme == "smtp" else None
        mailer = box.mailer(login=LOGIN, scheme=scheme, host="localhost")

        assert await mailer.check() is Trouble.CERTIFICATE

    assert box.logins == 0


async def test_wrong_password_is_named(trusted: ssl.SSLContext) -> None:
    async with postbox() as box:
        box.offers_tls, box.knows = trusted, False

        assert await box.mailer(login=LOGIN, host="localhost").check() is Trouble.LOGIN


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [("550 unknown sender", Trouble.SENDER), ("451 later", Trouble.LATER)],
)
async def test_sender_that_is_refused_is_named(answer: str, trouble: Trouble) -> None:
    async with postbox() as box:
        box.says["MAIL"] = answer

        assert await box.mailer().check() is trouble


async def test_server_that_asks_for_no_password_is_named(trusted: ssl.SSLContext) -> None:
    async with postbox(inside=trusted) as box:
        box.asks_for_password = False
        mailer = box.mailer(login=LOGIN, scheme="smtps", host="localhost")

        assert await mailer.check() is Trouble.NO_LOGIN


async def test_port_that_speaks_another_way_is_named() -> None:
    async with postbox() as box:
        assert await box.mailer(scheme="smtps").check() is Trouble.TLS


async def test_server_that_is_not_there_is_named() -> None:
    assert await Postbox(port=1).mailer().check() is Trouble.AWAY


async def test_doctor_says_what_is_wrong_and_no_password() -> None:
    async with postbox() as box:
        url = f"smtp://{LOGIN}127.0.0.1:{box.port}"
        (sentence,) = await mail_findings(Settings(mode="demo", smtp_url=url, mail_from=SENDER))
        well = f"smtp://127.0.0.1:{box.port}"

        assert await mail_findings(Settings(mode="demo", smtp_url=well, mail_from=SENDER)) == []

    assert "no encryption" in sentence and "docs/operate/mails.md" in sentence
    assert "secret" not in sentence
    assert doctor._MAILS.keys() == set(Trouble)
    assert await mail_findings(Settings(mode="demo")) == []
