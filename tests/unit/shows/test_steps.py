"""Each step of a show from each state, as a table; addresses of shows; what a pin needs."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from showfloor.markets import service as markets
from showfloor.markets.errors import MarketUnknown
from showfloor.markets.types import SalesContext, SalesKind
from showfloor.media.errors import NotLive, StreamingUnavailable
from showfloor.media.types import IngestState, MediaMoment
from showfloor.shows.errors import NotAllowedInState
from showfloor.shows.rules import Step, after, signal_step, slug_of, slugs_for
from showfloor.shows.types import ShowState

STATES = ("draft", "scheduled", "live", "interrupted", "ended", "cancelled", "rehearsal")
TABLE = {
    #             draft        scheduled    live           interrupted  ended  cancelled  rehearsal
    "schedule": ("scheduled", "scheduled", None, None, None, None, None),
    "go_live": ("live", "live", None, None, None, None, None),
    "interrupt": (None, None, "interrupted", None, None, None, None),
    "resume": (None, None, None, "live", None, None, None),
    "end": ("cancelled", "ended", "ended", "ended", None, None, None),
}
CASES = [
    (step, state, following)
    for step, row in TABLE.items()
    for state, following in zip(STATES, row, strict=True)
]


@pytest.mark.parametrize(("step", "state", "following"), CASES)
def test_step_leads_where_the_table_says(step: str, state: str, following: str | None) -> None:
    if following is not None:
        assert after(ShowState(state), Step(step)) is ShowState(following)
        return
    with pytest.raises(NotAllowedInState) as refused:
        after(ShowState(state), Step(step))
    assert refused.value.params == {"state": state, "step": step}


def test_table_has_every_state_and_step() -> None:
    assert set(STATES) == {state.value for state in ShowState}
    assert set(TABLE) == {step.value for step in Step}


@pytest.mark.parametrize(
    ("state", "publishing", "step"),
    [
        ("live", False, Step.INTERRUPT),
        ("live", True, None),
        ("interrupted", True, Step.RESUME),
        ("interrupted", False, None),
        ("scheduled", True, None),
        ("ended", True, None),
    ],
)
def test_signal_moves_what_is_on_air(state: str, publishing: bool, step: Step | None) -> None:
    assert signal_step(ShowState(state), publishing=publishing) is step


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The slow morning edit", "the-slow-morning-edit"),
        ("  Été à Paris!  ", "ete-a-paris"),
        ("50% off — today", "50-off-today"),
        ("فرن المساء", ""),
        ("---", ""),
        ("x" * 80, "x" * 60),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_slug_is_short_and_latin(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_addresses_go_from_the_nicest_to_one_that_nobody_has() -> None:
    show_id = UUID("01a215d3-44de-71a8-bd57-0123456789ab")
    day = datetime(2026, 11, 23, 19, tzinfo=UTC)

    assert slugs_for({"en": "Kiln"}, day, show_id) == [
        "kiln",
        "kiln-2026-11-23",
        "kiln-0123456789ab",
    ]
    assert slugs_for({"ar": "فرن"}, None, show_id) == ["show", "show-0123456789ab"]


def test_longest_title_leaves_room_for_the_day_and_the_id() -> None:
    found = slugs_for({"en": "x" * 80}, datetime(2026, 11, 23, tzinfo=UTC), UUID(int=7))

    assert [len(slug) for slug in found] == [60, 60, 60]


def test_pin_needs_a_moment_of_the_media_server() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)

    assert MediaMoment(at).required() == at
    with pytest.raises(NotLive):
        MediaMoment(None).required()
    with pytest.raises(StreamingUnavailable):
        MediaMoment(None, reachable=False).required()
    MediaMoment(None).check_reachable()


@pytest.mark.parametrize(
    ("state", "present"),
    [("none", False), ("connected", True), ("publishing", True), ("lost", False)],
)
def test_encoder_is_present_once_it_is_connected(state: str, present: bool) -> None:
    assert IngestState(state).present is present


def test_market_says_currency_and_country_in_both_languages() -> None:
    market = markets.get_market("gb")

    assert (market.code, market.currency, market.country) == ("gb", "GBP", "GB")
    assert all(set(one.name) == {"en", "ar"} for one in markets.list_markets())
    assert len({one.code for one in markets.list_markets()}) == len(markets.list_markets())


@pytest.mark.parametrize("code", ["", "GB", "atlantis", "gb "])
def test_market_that_nobody_opened_is_refused(code: str) -> None:
    with pytest.raises(MarketUnknown):
        markets.get_market(code)


def test_sale_in_a_show_counts_as_the_show_s() -> None:
    context = SalesContext.in_show(UUID(int=7), "gb")

    assert (context.kind, context.market) == (SalesKind.SHOW, "gb")
    assert context.scope == context.show_id == UUID(int=7)
