"""Preview links end by themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from showfloor.kit import clock, ids
from showfloor.media import service
from showfloor.media.rules import PREVIEW_LASTS

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
