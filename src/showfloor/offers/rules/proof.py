"""What a drop's log proves: every rule that was announced, checked record by record.

The log is replayed: how many pieces are held and sold, for whom, and who is next. A record that
breaks a rule is noted under its check and replayed all the same, so that one report names every
check that does not hold.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from showfloor.offers.rules import chain, opening
from showfloor.offers.rules.terms import wrong_in
from showfloor.offers.types import (
    Arrival,
    Check,
    Closed,
    Ended,
    Entry,
    Held,
    Lot,
    Paid,
    Problem,
    Proof,
    Record,
    Refused,
    Released,
    Terms,
)

_RELEASES = ("expired", "given_back", "declined")


def verify(lines: Iterable[bytes]) -> Proof:
    """Read a log to its end and say what does not hold in it."""
    replay: _Replay | None = None
    sealed = head = None
    number, broken = 0, None
    try:
        for entry in chain.read(lines, chain.DROP):
            number = entry.number + 1
            if replay is None:
                if not isinstance(entry.record, Terms):
                    return _nothing(Problem("terms", 1, "The first record is not the terms."))
                replay, sealed = _Replay(entry.record), entry.digest
                replay.check_terms()
            else:
                replay.take(entry)
            head = entry.digest
    except chain.Malformed as why:
        broken = Problem("chain", number + 1, f"Line {number + 1} {why}.")
    if replay is None:
        return _nothing(broken or Problem("chain", 1, "The log is empty."))
    if broken is not None:
        replay.problems["chain"] = broken
    elif not replay.ended:
        replay.note("end", number, "The log has no end.")
    return replay.proof(sealed, head)


def _nothing(problem: Problem) -> Proof:
    return Proof(None, None, None, 0, 0, 0, 0, (problem,))


@dataclass(slots=True)
class _Replay:
    """`queue` has the arrivals that are waiting, the next one first; `pool` those that wait for
    the lot; `turned_away` why an arrival that is no part of either must be refused.
    """

    terms: Terms
    problems: dict[Check, Problem] = field(default_factory=dict)
    asked: dict[int, Arrival] = field(default_factory=dict)
    queue: deque[int] = field(default_factory=deque)
    pool: list[int] = field(default_factory=list)
    turned_away: dict[int, str] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    of_person: Counter[str] = field(default_factory=Counter[str])
    waiting: set[str] = field(default_factory=set)
    arrivals: int = 0
    in_holds: int = 0
    sold: int = 0
    refused: int = 0
    released: int = 0
    at: int = 0
    drawn: bool = False
    closed: bool = False
    ended: bool = False

    @property
    def free(self) -> int:
        return self.terms.units - self.sold - self.in_holds

    def note(self, check: Check, line: int, sentence: str) -> None:
        """The first problem of a check is the one that is told."""
        self.problems.setdefault(check, Problem(check, line, sentence))

    def check_terms(self) -> None:
        self.at, self.drawn = self.terms.at, not self.terms.window
        if wrong := wrong_in(self.terms):
            self.note("terms", 1, wrong)

    def take(self, entry: Entry[Record]) -> None:
        """Replay a record."""
        record, line = entry.record, entry.number + 1
        if record.at < self.at:
            self.note("order", line, f"Line {line} is older than the line before it.")
        self.at = max(self.at, record.at)
        if self.ended:
            self.note("end", line, f"Line {line} comes after the end.")
        self._replay(entry, line)

    def _replay(self, entry: Entry[Record], line: int) -> None:
        record = entry.record
        if isinstance(record, Terms):
            self.note("terms", line, f"Line {line} announces other terms.")
        elif isinstance(record, Arrival):
            self._arrive(entry.number, record, line)
        elif isinstance(record, Lot):
            self._draw(entry.previous, record, line)
        elif isinstance(record, Held):
            self._hold(record, line)
        elif isinstance(record, Refused):
            self._refuse(record, line)
        elif isinstance(record, Paid):
            self._pay(record, line)
        elif isinstance(record, Released):
            self._release(record, line)
        elif isinstance(record, Closed):
            self._close(record, line)
        else:
            self._end(record, line)

    def _arrive(self, number: int, asked: Arrival, line: int) -> None:
        self.arrivals += 1
        self.asked[number] = asked
        if not asked.pieces:
            self.note("units", line, f"Line {line} asks for no piece.")
        if asked.at < self.terms.opens:
            self.turned_away[number] = "early"
        elif self.closed or asked.at >= self.terms.closes:
            self.turned_away[number] = "closed"
        elif asked.person in self.waiting:
            self.turned_away[number] = "repeat"
        else:
            self.waiting.add(asked.person)
            in_lot = opening.is_in_lot(asked.at, self.terms)
            (self.pool if in_lot else self.queue).append(number)

    def _draw(self, previous: str, lot: Lot, line: int) -> None:
        if self.drawn or lot.at < self.terms.lot_until:
            self.note("order", line, f"Line {line} draws the lot at another time than announced.")
        if not _is_seed(lot.seed) or opening.commitment(lot.seed) != self.terms.seed_sha256:
            self.note("order", line, f"Line {line} has another seed than was sealed.")
        else:
            first = opening.drawn(self.pool, seed=lot.seed, previous=previous)
            self.queue.extendleft(reversed(first))
            self.pool.clear()
        self.drawn = True

    def _answer(self, number: int, line: int, *, reason: str | None) -> Arrival | None:
        """An arrival is no longer waiting; None where there is none to answer."""
        asked = self.asked.get(number)
        if asked is None or number in self.held:
            self.note("order", line, f"Line {line} answers a request that is not open.")
            return None
        must = self.turned_away.pop(number, None)
        if must is not None:
            if reason != must:
                self.note("order", line, f"Line {line} does not refuse a request as {must}.")
            return asked
        if not self.drawn or not self.queue or self.queue[0] != number:
            self.note("order", line, f"Line {line} answers a request whose turn it was not.")
        if wrong := self._wrong_refusal(asked, reason):
            self.note("order", line, f"Line {line} {wrong}.")
        self._leave(number)
        self.waiting.discard(asked.person)
        return asked

    def _wrong_refusal(self, asked: Arrival, reason: str | None) -> str | None:
        taken, limit = self.of_person[asked.person], self.terms.per_person
        if reason not in (None, "sold_out", "limit"):
            return "turns somebody away for a reason that is none"
        if reason == "sold_out" and asked.pieces <= self.free:
            return "says sold out while pieces are left"
        if reason == "limit" and taken + asked.pieces <= limit:
            return "names the limit to a person who is below it"
        return None

    def _leave(self, number: int) -> None:
        if self.queue and self.queue[0] == number:
            self.queue.popleft()
        elif number in self.queue:
            self.queue.remove(number)
        elif number in self.pool:
            self.pool.remove(number)

    def _hold(self, record: Held, line: int) -> None:
        asked = self._answer(record.arrival, line, reason=None)
        if asked is None:
            return
        if asked.pieces > self.free:
            self.note("units", line, f"Line {line} holds more pieces than are left.")
        self.of_person[asked.person] += asked.pieces
        if self.of_person[asked.person] > self.terms.per_person:
            self.note("limits", line, f"Line {line} gives a person more than the limit.")
        self.held[record.arrival] = asked.pieces
        self.in_holds += asked.pieces

    def _refuse(self, record: Refused, line: int) -> None:
        if self._answer(record.arrival, line, reason=record.reason) is not None:
            del self.asked[record.arrival]
            self.refused += 1

    def _pay(self, record: Paid, line: int) -> None:
        pieces = self.held.pop(record.arrival, None)
        if pieces is None:
            self.note("payments", line, f"Line {line} pays for what is not held.")
            return
        del self.asked[record.arrival]
        self.in_holds -= pieces
        self.sold += pieces
        if record.amount != pieces * self.terms.price:
            self.note("payments", line, f"Line {line} is not paid at the price of the drop.")

    def _release(self, record: Released, line: int) -> None:
        pieces = self.held.pop(record.arrival, None)
        if pieces is None or record.reason not in _RELEASES:
            self.note("units", line, f"Line {line} releases what is not held, or says not why.")
        if pieces is None:
            return
        self.in_holds -= pieces
        self.released += pieces
        self.of_person[self.asked.pop(record.arrival).person] -= pieces

    def _close(self, record: Closed, line: int) -> None:
        if self.closed or record.at >= self.terms.closes:
            self.note("terms", line, f"Line {line} closes a drop that is over.")
        self.closed = True

    def _end(self, record: Ended, line: int) -> None:
        self.ended = True
        is_over = self.closed or record.at >= self.terms.closes or self.sold == self.terms.units
        if not is_over:
            self.note("end", line, f"Line {line} ends a drop that is not closed.")
        if self.asked:
            self.note("end", line, "A request is not answered, or a hold is open, at the end.")
        if (record.sold, record.returned) != (self.sold, self.terms.units - self.sold):
            self.note("end", line, "What was sold and returned is not what was released.")

    def proof(self, sealed: str | None, head: str | None) -> Proof:
        problems = sorted(self.problems.values(), key=lambda problem: problem.line)
        return Proof(
            terms=self.terms,
            sealed=sealed,
            head=head,
            arrivals=self.arrivals,
            sold=self.sold,
            refused=self.refused,
            released=self.released,
            problems=tuple(problems),
        )


def _is_seed(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32 and text == bytes.fromhex(text).hex()
    except ValueError:
        return False
