"""When to try again, and when to stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from showfloor.kit import clock
from showfloor.webhooks import rules
from showfloor.webhooks.adapters.sender import retry_after
from showfloor.webhooks.rules import Verdict, judge, pause_after, rest_after
from showfloor.webhooks.types import DeliveryState, EndpointState, Outcome, Reason

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def verdict(outcome: Outcome, attempts: int = 1, since: datetime = NOW, **more: object) -> Verdict:
    known: dict[str, object] = {"failures": 1, "failing_since": NOW, "chance": 0.5, **more}
    return judge(outcome, attempts=attempts, since=since, now=NOW, **known)  # type: ignore[arg-type]  # by name from a table


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_attempts_are_spread_over_three_days(chance: float) -> None:
    pauses = [pause_after(attempt, chance) for attempt in range(1, len(rules.PAUSES) + 1)]
    total = sum((pause for pause in pauses if pause is not None), timedelta())

    assert timedelta(days=2.5) < total < timedelta(days=3.2)
    assert pause_after(len(rules.PAUSES) + 1, chance) is None


def test_what_failed_together_does_not_come_back_together() -> None:
    assert pause_after(5, 0.0) != pause_after(5, 1.0)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_good_status_is_delivered(status: int) -> None:
    assert verdict(Outcome(status)).state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    "outcome",
    [Outcome(199), Outcome(301), Outcome(400), Outcome(500), Outcome(None, Reason.BROKEN)],
)
def test_all_else_comes_again(outcome: Outcome) -> None:
    judged = verdict(outcome)
    assert judged == Verdict(DeliveryState.WAITING, NOW + timedelta(seconds=5))


def test_the_last_attempt_and_three_days_end_it() -> None:
    last = len(rules.PAUSES) + 1
    old = NOW - rules.GIVEN_UP_AFTER - timedelta(seconds=1)
    assert verdict(Outcome(500), attempts=last).state is DeliveryState.FAILED
    assert verdict(Outcome(500), since=old).state is DeliveryState.FAILED


def test_410_ends_the_endpoint() -> None:
    judged = verdict(Outcome(410))
    assert (judged.state, judged.endpoint) == (DeliveryState.FAILED, EndpointState.GONE)


def test_retry_after_is_honoured_up_to_a_day() -> None:
    asked = verdict(Outcome(429, retry_after=90.0))
    assert asked.next_at == asked.resume_at == NOW + timedelta(seconds=90)
    much = verdict(Outcome(503, retry_after=1e9))
    assert much.next_at == NOW + rules.LONGEST_RETRY_AFTER


def test_five_days_without_a_taken_message_switch_off() -> None:
    since = NOW - rules.SWITCHED_OFF_AFTER - timedelta(seconds=1)
    assert verdict(Outcome(500), failing_since=since).endpoint is EndpointState.FAILING


def test_an_endpoint_rests_longer_and_longer_and_never_long() -> None:
    rests = [rest_after(failures) for failures in range(30)]
    assert rests == sorted(rests)
    assert rests[rules.PATIENCE - 1] == timedelta(0)
    assert rests[-1] == rules.LONGEST_REST


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("0", 0.0),
        ("-5", None),
        ("soon", None),
        ("Nov 2026 10:00:00 +99999999999999999999 2026", None),
        ("Thu, 26 Nov 2026 12:01:00 GMT", 60.0),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0.0),
        ("9" * 400, 999_999_999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str | None, seconds: float | None) -> None:
    with clock.use(lambda: NOW):
        assert retry_after(said) == seconds
