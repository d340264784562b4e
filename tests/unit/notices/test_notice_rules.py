from __future__ import annotations

from datetime import timedelta

import pytest

from showfloor.notices import rules
from showfloor.notices.types import Delivery, MailState, Outcome

OLD = rules.GIVEN_UP_AFTER + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("outcome", "age", "attempts", "state"),
    [
        (Outcome.SENT, OLD, 9, MailState.SENT),
        (Outcome.REFUSED, timedelta(0), 1, MailState.PARKED),
        (Outcome.LATER, timedelta(0), 9, MailState.WAITING),
        (Outcome.LATER, OLD, 1, MailState.PARKED),
        (Outcome.UNKNOWN, timedelta(0), 2, MailState.WAITING),
        (Outcome.UNKNOWN, timedelta(0), 3, MailState.PARKED),
        (Outcome.UNKNOWN, OLD, 1, MailState.PARKED),
    ],
)
def test_attempt_decides_what_becomes_of_a_mail(
    outcome: Outcome, age: timedelta, attempts: int, state: MailState
) -> None:
    assert rules.state_after(Delivery(outcome), age, attempts) is state


def test_pauses_double_up_to_a_bound() -> None:
    pauses = [rules.pause_after(attempts) for attempts in range(1, 40)]

    assert pauses[:3] == [timedelta(minutes=each) for each in (1, 2, 4)]
    assert pauses[-1] == rules.LONGEST_PAUSE
    assert pauses == sorted(pauses)
