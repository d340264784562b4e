"""What a process does not get to know."""

from __future__ import annotations

from showfloor.app.supervisor import hidden_from

OWNER, ROOMS, SECRET = "SHOWFLOOR_DATABASE_URL", "SHOWFLOOR_ROOMS_DATABASE_URL", "SHOWFLOOR_SECRET"


def test_fanout_with_a_role_of_its_own_does_not_see_the_owner_s() -> None:
    assert OWNER in hidden_from("fanout", {ROOMS: "postgresql://showfloor_fanout@/x"})
    assert ROOMS not in hidden_from("fanout", {ROOMS: "postgresql://showfloor_fanout@/x"})


def test_fanout_without_one_can_still_read() -> None:
    assert OWNER not in hidden_from("fanout", {}) and OWNER not in hidden_from(
        "fanout", {ROOMS: ""}
    )


def test_streaming_sees_neither() -> None:
    assert {OWNER, ROOMS, SECRET} <= hidden_from(
        "streaming", {ROOMS: "postgresql://showfloor_fanout@/x"}
    )


def test_worker_sees_what_it_needs() -> None:
    assert hidden_from("worker", {ROOMS: "postgresql://showfloor_fanout@/x"}) == frozenset()
