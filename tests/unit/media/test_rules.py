"""Preview links end by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from showfloor.kit import clock, ids
from showfloor.media import service
from showfloor.media.rules import PREVIEW_LASTS, TICKET_LASTS, publish_ticket, read_ticket

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
SECRET = "s" * 32


@pytest.mark.parametrize(
    ("later", "works"),
    [
        (timedelta(0), True),
        (PREVIEW_LASTS, True),
        (2 * PREVIEW_LASTS, False),
        (timedelta(days=365), False),
    ],
)
def test_preview_link_works_for_hours_and_not_for_ever(later: timedelta, works: bool) -> None:
    show = ids.new()
    with clock.use(lambda: NOW):
        link, _ = service.get_preview_tokens(SECRET, show)

    with clock.use(lambda: NOW + later):
        accepted = service.get_preview_tokens(SECRET, show)

    assert (link in accepted) == works


def test_preview_link_is_of_one_show_and_one_secret() -> None:
    show, other = ids.new(), ids.new()
    made = [(SECRET, show), (SECRET, other), ("t" * 32, show)]

    with clock.use(lambda: NOW):
        links = [service.get_preview_tokens(secret, each) for secret, each in made]

    assert len({token for link in links for token in link}) == 2 * len(made)
    assert not any(show.hex in token for link in links for token in link)


def test_ticket_names_its_show_and_its_end() -> None:
    show, sign_in = ids.new(), ids.new()
    with clock.use(lambda: NOW):
        ticket = service.issue_ticket(SECRET, show, sign_in)

    assert read_ticket(SECRET, ticket.text) == (show, sign_in, NOW + TICKET_LASTS)
    assert ticket.expires_at == NOW + TICKET_LASTS


DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Of base64 in addresses; a change of the last bit of the last one is not seen by decoding."""


@pytest.mark.parametrize(
    "change",
    [
        lambda ticket: ticket[:-1] + DIGITS[DIGITS.index(ticket[-1]) ^ 1],
        lambda ticket: ticket[:10] + ("A" if ticket[10] != "A" else "B") + ticket[11:],
        lambda ticket: ticket[:40],
        lambda ticket: ticket + "AAAA",
        lambda ticket: "pt_",
        lambda ticket: "pt_\u0661\u0662",
    ],
    ids=["end", "show", "torn", "longer", "empty", "no base64"],
)
def test_changed_ticket_is_nobodys(change: Callable[[str], str]) -> None:
    ticket = publish_ticket(SECRET, ids.new(), ids.new(), NOW)

    assert read_ticket(SECRET, change(ticket)) is None
    assert read_ticket("t" * 32, ticket) is None
