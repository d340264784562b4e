"""The show clock: right from the first segment, never jumping, never going back."""

from __future__ import annotations

import itertools

from showfloor.streaming.ingest.anchor import Anchor

EPOCH = 1_700_000_000_000.0


def settled(burst: float = 580.0) -> Anchor:
    """A publisher whose first second arrives late and catches up."""
    anchor = Anchor(published_until=0.0)
    for number in range(31):
        late = burst * (1 - number / 30)
        anchor.observe(number * 33, EPOCH + number * 33 + late)
    anchor.freeze(first=0)
    return anchor


def test_the_burst_at_the_start_does_not_shift_the_clock() -> None:
    assert settled().at(0) == EPOCH


def test_a_frozen_clock_does_not_follow_a_slow_network() -> None:
    anchor = settled()
    anchor.observe(2000, EPOCH + 2000 + 700)
    anchor.next_segment()

    assert anchor.at(2000) == EPOCH + 2000


def test_a_drifting_crystal_is_followed_by_half_a_millisecond_a_segment() -> None:
    anchor = settled()
    offsets = []
    for segment in range(1, 11):
        time = segment * 2000
        anchor.observe(time, EPOCH + time - segment * 0.2)
        anchor.next_segment()
        offsets.append(anchor.at(0) - EPOCH)

    assert [round(offset, 3) for offset in offsets[:3]] == [-0.2, -0.4, -0.6]
    assert all(abs(later - earlier) <= 0.5 for earlier, later in itertools.pairwise(offsets))


def test_a_reconnect_never_goes_behind_what_was_published() -> None:
    anchor = Anchor(published_until=EPOCH + 10_000)
    anchor.observe(0, EPOCH + 9_000)
    anchor.freeze(first=500)

    assert anchor.at(500) == EPOCH + 10_000


def test_before_it_is_frozen_the_clock_is_a_guess() -> None:
    anchor = Anchor(published_until=0.0)
    anchor.observe(100, EPOCH + 100)

    assert anchor.at(200) == EPOCH + 200
