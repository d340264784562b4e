"""The state machine and the timeline, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit import ids
from showfloor.shows.errors import NotAllowedInState
from showfloor.shows.rules import Step, after, end_of, signal_step, slug_of
from showfloor.shows.types import ShowState

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
SHOW = ids.new()


def test_ended_show_never_comes_back() -> None:
    for step in Step:
        with pytest.raises(NotAllowedInState):
            after(ShowState.ENDED, step)


def test_show_that_lost_its_signal_resumes() -> None:
    interrupted = after(ShowState.LIVE, Step.INTERRUPT)

    assert interrupted is ShowState.INTERRUPTED
    assert after(interrupted, Step.RESUME) is ShowState.LIVE


@given(st.lists(st.sampled_from(list(Step)), max_size=20))
def test_any_order_of_steps_keeps_the_machine_in_its_states(steps: list[Step]) -> None:
    state = ShowState.DRAFT
    for step in steps:
        try:
            state = after(state, step)
        except NotAllowedInState:
            continue
        assert state in ShowState


@pytest.mark.parametrize("state", [ShowState.DRAFT, ShowState.SCHEDULED, ShowState.ENDED])
def test_signal_moves_no_show_that_is_not_on_air(state: ShowState) -> None:
    assert signal_step(state, publishing=True) is None
    assert signal_step(state, publishing=False) is None


def test_cue_that_ends_before_it_starts_lasts_no_time() -> None:
    assert end_of(START, START - timedelta(seconds=1)) == START


@pytest.mark.parametrize(
    ("title", "slug"),
    [("The slow morning edit", "the-slow-morning-edit"), ("Café – 50 %!", "cafe-50"), ("صباح", "")],
)
def test_slug_is_made_of_latin_letters_and_digits(title: str, slug: str) -> None:
    assert slug_of(title) == slug
