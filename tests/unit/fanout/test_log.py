"""The log of one room in memory."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.fanout.log import CATCH_UP_BYTES, Change, LogHasGap, RoomLog


def _log(seq: int = 0, most_events: int = 100, most_bytes: int = 1_000_000) -> RoomLog:
    return RoomLog(seq, {}, most_events, most_bytes)


def _seqs(chunk: bytes) -> list[int]:
    return [int(line[4:]) for line in chunk.decode().split("\n") if line.startswith("id: ")]


def _data(chunk: bytes) -> dict[str, object]:
    return json.loads(
        next(line[6:] for line in chunk.decode().split("\n") if line.startswith("data: "))
    )


def test_snapshot_says_what_was_set_and_not_what_was_deleted() -> None:
    log = RoomLog(4, {"show": '{"title": {"ar": "مرحبا"}}', "cue/1": "{}"}, 10, 10_000)

    log.append(Change(5, 1, 'product/"a"', "[1]"))
    log.append(Change(6, 2, "cue/1", None))

    snapshot = _data(log.snapshot())
    assert (snapshot["seq"], snapshot["entries"]) == (
        6,
        {"show": {"title": {"ar": "مرحبا"}}, 'product/"a"': [1]},
    )
    assert log.snapshot() is log.snapshot()


def test_event_is_one_block_with_its_number() -> None:
    log = _log(12)
    log.append(Change(13, 1_700_000_000_123, "cue/1", '{"text": "a\\nb"}'))

    chunk, reached = log.after(12)

    assert chunk == (
        b"event: set\nid: 13\ndata: "
        b'{"seq":13,"ts":1700000000123,"key":"cue/1","value":{"text": "a\\nb"}}\n\n'
    )
    assert reached == 13


def test_append_refuses_a_gap_and_a_repeat(change: Callable[..., Change]) -> None:
    log = _log(5)

    for seq in (5, 7):
        with pytest.raises(LogHasGap):
            log.append(change(seq))

    assert log.seq == 5


def test_remember_takes_the_events_that_lead_up_to_the_snapshot(
    change: Callable[..., Change],
) -> None:
    log = _log(9)

    log.backfill([change(seq) for seq in (4, 5, 7, 8, 9)])

    assert (log.oldest, _seqs(log.after(6)[0])) == (6, [7, 8, 9])


def test_remember_takes_nothing_when_the_end_is_missing(change: Callable[..., Change]) -> None:
    log = _log(9)

    log.backfill([change(7), change(8)])

    assert (log.oldest, log.reaches(8), log.reaches(9), log.reaches(10)) == (9, False, True, False)


def test_after_gives_a_portion_at_a_time(change: Callable[..., Change]) -> None:
    log = _log()
    for seq in range(1, 8):
        log.append(change(seq, json.dumps("x" * (CATCH_UP_BYTES // 3))))

    seen, reached = [], 0
    while reached < log.seq:
        chunk, reached = log.after(reached)
        assert len(chunk) < CATCH_UP_BYTES * 1.5
        seen.append(_seqs(chunk))

    assert seen == [[1, 2, 3], [4, 5, 6], [7]]


@given(st.lists(st.integers(0, 300), max_size=40), st.integers(1, 10), st.integers(100, 2_000))
def test_log_is_bounded_and_replays_exactly(
    sizes: list[int], most_events: int, most_bytes: int
) -> None:
    log = _log(0, most_events, most_bytes)
    for seq, size in enumerate(sizes, start=1):
        log.append(Change(seq, seq, "k", json.dumps("x" * size)))

        kept, reached = log.after(log.oldest)
        assert reached == seq
        assert len(kept) <= most_bytes
        assert _seqs(kept) == list(range(log.oldest + 1, seq + 1))
        assert len(_seqs(kept)) <= most_events
