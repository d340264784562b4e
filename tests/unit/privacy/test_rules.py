from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from showfloor.kit import ids
from showfloor.privacy import rules

SECRET = "s" * 32


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-26", "2026-12-26"),
        ("2026-12-31", "2027-01-31"),
        ("2027-01-31", "2027-02-28"),
        ("2028-01-30", "2028-02-29"),
        ("2027-03-31", "2027-04-30"),
        ("2027-02-28", "2027-03-28"),
    ],
)
def test_request_is_due_a_month_later(asked: str, due: str) -> None:
    at = datetime.fromisoformat(f"{asked}T21:30:00").replace(tzinfo=UTC)

    assert rules.due(at) == datetime.fromisoformat(f"{due}T21:30:00").replace(tzinfo=UTC)


def test_receipt_opens_with_its_own_token_alone() -> None:
    request_id = ids.new()
    token = rules.receipt_token(SECRET, request_id)

    assert rules.request_of_token(SECRET, token) == request_id
    assert rules.request_of_token("t" * 32, token) is None
    for other in ("", "x", "é", token[:-1], token + "A", rules.receipt_token("t" * 32, request_id)):
        assert rules.request_of_token(SECRET, other) is None


def test_receipt_token_already_given_stays_valid() -> None:
    request_id = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    given = "AYkKXayWd0u8zrMCCZqAV49Ff-M5h4UbBcoI9eWkCV0"

    assert rules.receipt_token(SECRET, request_id) == given
    assert rules.request_of_token(SECRET, given) == request_id
