from __future__ import annotations

import pytest
from hypothesis import example, given

from showfloor.kit import clock
from showfloor.kit.minutes import PerMinute
from tests.clocks import SECONDS


def test_each_key_has_its_own_hits() -> None:
    calls = PerMinute(2)

    assert [calls.hit("a") for _ in range(3)] == [True, True, False]
    assert calls.hit("b")
    assert (calls.left("a"), calls.left("b"), calls.left("c")) == (0, 1, 2)


def test_next_minute_forgets_what_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    calls = PerMinute(1)
    calls.hit("a")
    now[0] += 59.5
    assert not calls.hit("a") and calls.seconds() == 1

    now[0] += 0.5

    assert calls.left("a") == 1, "nobody has to hit for it"
    assert calls.hit("a") and calls.seconds() == 60
    assert len(calls._hits) == 1


@example(now=4.4)
@given(now=SECONDS)
def test_minute_is_never_longer_than_a_minute(now: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "monotonic", lambda: now)
        calls = PerMinute(1)
        assert calls.seconds() == 0, "nothing was counted yet"
        calls.hit("a")

        assert calls.seconds() == 60
