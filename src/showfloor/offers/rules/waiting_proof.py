"""What the log of a waiting list proves: each piece that was offered went to who was first in
line then, and was theirs for as long as announced.

The log is replayed. A record that breaks a rule is noted under its check and replayed all the same,
so that one report names every check that does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from showfloor.offers.rules import chain
from showfloor.offers.types import Entry
from showfloor.offers.types.waiting import (
    Bought,
    Joined,
    Left,
    Offered,
    Opened,
    Passed,
    WaitingCheck,
    WaitingProblem,
    WaitingProof,
    WaitingRecord,
)

_LEFT = ("left", "lapsed", "not_sold")
_PASSED = ("expired", "declined")
_SHORTEST, _LONGEST = 60, 86_400
"""Seconds for which a piece may be held."""
_DAY = 86_400_000
"""Milliseconds."""


def verify(lines: Iterable[bytes]) -> WaitingProof:
    """Read a log to its end and say what does not hold in it."""
    replay: _Replay | None = None
    head = None
    number, broken = 0, None
    try:
        for entry in chain.read(lines, chain.WAITING):
            number = entry.number + 1
            if replay is not None:
                replay.take(entry)
            elif isinstance(entry.record, Opened):
                replay = _Replay(entry.record, at=entry.record.at)
                replay.check_opening()
            else:
                return _nothing(
                    WaitingProblem("opening", 1, "The first record does not open a waiting list.")
                )
            head = entry.digest
    except chain.Malformed as why:
        broken = WaitingProblem("chain", number + 1, f"Line {number + 1} {why}.")
    if replay is None:
        return _nothing(broken or WaitingProblem("chain", 1, "The log is empty."))
    if broken is not None:
        replay.problems["chain"] = broken
    return replay.proof(head)


def _nothing(problem: WaitingProblem) -> WaitingProof:
    return WaitingProof(None, None, 0, 0, 0, 0, 0, 0, False, (problem,))


@dataclass(slots=True)
class _Replay:
    """`line` has who waits, the first one first, by the number of the record with which they
    joined; `places` how many each pseudonym has; `offered` until when a piece is held for whom;
    `since` when they joined; `buyers` when those joined who bought, by their pseudonyms.
    """

    opened: Opened
    at: int
    problems: dict[WaitingCheck, WaitingProblem] = field(default_factory=dict)
    person_of: dict[int, str] = field(default_factory=dict)
    places: Counter[str] = field(default_factory=Counter[str])
    line: dict[int, None] = field(default_factory=dict)
    offered: dict[int, int] = field(default_factory=dict)
    since: dict[int, int] = field(default_factory=dict)
    buyers: dict[str, int] = field(default_factory=dict)
    joined: int = 0
    offers: int = 0
    bought: int = 0
    passed: int = 0
    left: int = 0
    ended: bool = False

    def note(self, check: WaitingCheck, line: int, sentence: str) -> None:
        """The first problem of a check is the one that is told."""
        self.problems.setdefault(check, WaitingProblem(check, line, sentence))

    def check_opening(self) -> None:
        known = self.opened.version == 1 and self.opened.days > 0
        if not known or not _SHORTEST <= self.opened.seconds <= _LONGEST:
            self.note("opening", 1, "The list is of no known kind.")

    def take(self, entry: Entry[WaitingRecord]) -> None:
        record, line = entry.record, entry.number + 1
        if record.at < self.at:
            self.note("order", line, f"Line {line} is older than the line before it.")
        self.at = max(self.at, record.at)
        if self.ended:
            self.note("end", line, f"Line {line} comes after the end.")
        if isinstance(record, Opened):
            self.note("opening", line, f"Line {line} opens another list.")
        elif isinstance(record, Joined):
            self._join(entry.number, record, line)
        elif isinstance(record, Left):
            self._leave(record, line)
        elif isinstance(record, Offered):
            self._offer(record, line)
        elif isinstance(record, Bought):
            self._buy(record, line)
        elif isinstance(record, Passed):
            self._pass_on(record, line)
        else:
            self._end(line)

    def _join(self, number: int, record: Joined, line: int) -> None:
        if self.places[record.person]:
            self.note("people", line, f"Line {line} gives somebody a second place.")
        bought = self.buyers.get(record.person)
        if bought is not None and not self._is_over(bought, record.at):
            self.note("people", line, f"Line {line} lets somebody wait again who has bought.")
        self.person_of[number] = record.person
        self.places[record.person] += 1
        self.line[number] = None
        self.since[number] = record.at
        self.joined += 1

    def _leave(self, record: Left, line: int) -> None:
        if record.joined not in self.line or record.reason not in _LEFT:
            self.note("people", line, f"Line {line} is about nobody in line, or says not why.")
        since = self.since.get(record.joined)
        if record.reason == "lapsed" and since is not None and not self._is_over(since, record.at):
            self.note("time", line, f"Line {line} ends a place before its time.")
        self._forget(record.joined)
        self.left += 1

    def _is_over(self, joined_at: int, at: int) -> bool:
        """Whether somebody has waited for as long as one can, or their place is forgotten."""
        return at - joined_at >= self.opened.days * _DAY

    def _offer(self, record: Offered, line: int) -> None:
        first = next(iter(self.line), None)
        if first is None or record.joined != first:
            self.note("order", line, f"Line {line} offers a piece to who was not first in line.")
        if record.until != record.at + self.opened.seconds * 1000:
            self.note("time", line, f"Line {line} gives other time than was announced.")
        self.line.pop(record.joined, None)
        self.offered[record.joined] = record.until
        self.offers += 1

    def _buy(self, record: Bought, line: int) -> None:
        if self.offered.pop(record.joined, None) is None:
            self.note("people", line, f"Line {line} sells what was not offered.")
        elif person := self.person_of.get(record.joined):
            self.buyers[person] = self.since[record.joined]
        self._forget(record.joined)
        self.bought += 1

    def _pass_on(self, record: Passed, line: int) -> None:
        until = self.offered.pop(record.joined, None)
        if until is None or record.reason not in _PASSED:
            self.note("people", line, f"Line {line} takes back what was not offered.")
        elif record.reason == "expired" and record.at < until:
            self.note("time", line, f"Line {line} takes a piece back before its time.")
        self._forget(record.joined)
        self.passed += 1

    def _forget(self, joined: int) -> None:
        self.line.pop(joined, None)
        if person := self.person_of.pop(joined, None):
            self.places[person] -= 1

    def _end(self, line: int) -> None:
        self.ended = True
        if self.line or self.offered:
            self.note("end", line, "Somebody waits, or a piece is held, at the end.")

    def proof(self, head: str | None) -> WaitingProof:
        return WaitingProof(
            opened=self.opened,
            head=head,
            joined=self.joined,
            offered=self.offers,
            bought=self.bought,
            passed=self.passed,
            left=self.left,
            waiting=len(self.line),
            ended=self.ended,
            problems=tuple(self.problems.values()),
        )
