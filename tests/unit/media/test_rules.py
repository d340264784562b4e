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


def test_preview_link_is_for_one_show() -> None:
    with clock.use(lambda: NOW):
        one, other = (service.get_preview_tokens(SECRET, ids.new()) for _ in range(2))

    assert not set(one) & set(other)
