"""What an installation lacks, in words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from showfloor.app.cli import cli
from showfloor.app.doctor import findings
from showfloor.app.settings import Settings
from tests.unit.app.test_settings import STRIPE, nothing_in_the_environment

__all__ = ["nothing_in_the_environment"]
MAILS: dict[str, Any] = {
    "smtp_url": "smtp://mx.example",
    "mail_from": "orders@shop.example",
    "operator": "Loam Ltd, privacy@loam.example",
}


def test_production_without_payments_is_told_what_to_set_and_where_to_get_it() -> None:
    found = findings(Settings(base_url="https://live.example", **MAILS))

    assert [name for name in STRIPE if not any(name.upper() in each for each in found)] == []
    assert len(found) == 3 and all("docs/operate/payments.md" in each for each in found)


@pytest.mark.parametrize("missing", STRIPE)
def test_half_of_stripe_is_completed(missing: str) -> None:
    given = {name: value for name, value in STRIPE.items() if name != missing}

    (sentence,) = findings(Settings(mode="demo", **given))

    assert f"SHOWFLOOR_{missing.upper()}" in sentence
    assert "sk_test_1" not in sentence and "whsec" not in sentence


def test_demo_lacks_nothing() -> None:
    assert findings(Settings(mode="demo")) == []


def test_test_keys_and_plain_http_in_production_are_said() -> None:
    test_keys, plain = findings(Settings(**STRIPE, **MAILS))

    assert "for testing" in test_keys and "https" in plain
    live = {name: value.replace("_test_", "_live_") for name, value in STRIPE.items()}
    assert findings(Settings(base_url="https://live.example", **live, **MAILS)) == []


def test_production_without_mails_is_told_what_to_set() -> None:
    without = findings(Settings(base_url="https://live.example"))
    given = findings(Settings(base_url="https://live.example", **MAILS))

    sentence, nobody = [each for each in without if each not in given]
    assert "SHOWFLOOR_SMTP_URL" in sentence and "docs/operate/mails.md" in sentence
    assert "SHOWFLOOR_OPERATOR" in nobody


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_url": "smtp://mx.example"},
        {"mail_from": "orders@shop.example"},
        {"smtp_url": "https://user:hidden@mx.example", "mail_from": "orders@shop.example"},
        {"smtp_url": "smtp://mx.example", "mail_from": "Shop <orders@shop.example>"},
    ],
)
def test_half_of_the_mails_is_refused_and_no_password_repeated(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**wrong)

    assert "hidden" not in str(refused.value)


def test_command_ends_with_1_while_something_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = CliRunner().invoke(cli, ["doctor"])
    monkeypatch.setenv("SHOWFLOOR_MODE", "demo")
    whole = CliRunner().invoke(cli, ["doctor"])

    assert (lacking.exit_code, whole.exit_code) == (1, 0)
    assert "SHOWFLOOR_STRIPE_SECRET_KEY" in lacking.output
