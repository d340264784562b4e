"""A test's clock is gone when the test is."""

from __future__ import annotations

import pytest

from showfloor.kit import clock
from showfloor.kit.clock import from_milliseconds


def test_inner_clock_gives_way_to_the_outer_one_and_that_to_the_system_s() -> None:
    with clock.use(lambda: from_milliseconds(1)):
        with clock.use(lambda: from_milliseconds(2)):
            assert clock.milliseconds(clock.now()) == 2
        assert clock.milliseconds(clock.now()) == 1

    assert clock.milliseconds(clock.now()) > 2


def test_two_clocks_at_once_are_refused_and_neither_stays() -> None:
    first, second = clock.use(lambda: from_milliseconds(1)), clock.use(lambda: from_milliseconds(2))
    first.__enter__()
    second.__enter__()

    with pytest.raises(RuntimeError, match="two clocks"):
        first.__exit__(None, None, None)
    with pytest.raises(RuntimeError, match="two clocks"):
        second.__exit__(None, None, None)

    assert clock.milliseconds(clock.now()) > 2
