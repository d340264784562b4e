"""Logs of drops as an honest seller writes them, and with whatever is to be wrong in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

from showfloor.offers.rules import chain, opening
from showfloor.offers.types import (
    Arrival,
    Ended,
    Entry,
    Held,
    Lot,
    Paid,
    Record,
    Refused,
    Released,
    Terms,
)

ANNOUNCED = 1_800_000_000_000
OPENS = ANNOUNCED + 10_000
CLOSES = OPENS + 60_000
SEED = "5e" * 32
PRICE = 3600


def terms(
    *, units: int = 2, per_person: int = 1, window: int = 0, press: int = 0, seed: str = SEED
) -> Terms:
    return Terms(
        at=ANNOUNCED,
        version=1,
        drop="drop_1",
        sku="CAP-أخضر",
        units=units,
        per_person=per_person,
        price=PRICE,
        currency="USD",
        opens=OPENS,
        closes=CLOSES,
        window=window,
        press=press,
        seed_sha256=opening.commitment(seed) if window else "",
    )


def entries(records: Iterable[Record]) -> list[Entry[Record]]:
    """The records, chained."""
    chained: list[Entry[Record]] = []
    for record in records:
        chained.append(chain.append(chained[-1] if chained else None, record))
    return chained


def lines(records: Iterable[Record]) -> list[bytes]:
    return [chain.write(entry) for entry in entries(records)]


def small() -> list[Record]:
    """Two units: one sold, one given back and not asked for again, a third person too early."""
    return [
        terms(),
        Arrival(OPENS - 1, "early bird", 1),
        Refused(OPENS - 1, 1, "early"),
        Arrival(OPENS, "a", 1),
        Arrival(OPENS, "b", 1),
        Arrival(OPENS + 5, "b", 1),
        Refused(OPENS + 5, 5, "repeat"),
        Held(OPENS + 6, 3),
        Held(OPENS + 6, 4),
        Arrival(OPENS + 9, "c", 1),
        Refused(OPENS + 9, 9, "sold_out"),
        Arrival(OPENS + 9, "a", 1),
        Refused(OPENS + 9, 11, "limit"),
        Paid(OPENS + 900, 3, PRICE),
        Released(OPENS + 999, 4, "given_back"),
        Arrival(CLOSES, "d", 1),
        Refused(CLOSES, 15, "closed"),
        Ended(CLOSES, 1, 1),
    ]


class HonestSeller:
    """Sells a drop as announced and logs each step; who asks, pays and gives back is by chance."""

    def __init__(self, announced: Terms, seed: str = SEED) -> None:
        self.terms, self.seed = announced, seed
        self.log: list[Entry[Record]] = [chain.append(None, announced)]
        self.taken: Counter[str] = Counter()
        self.held: dict[int, Arrival] = {}
        self.waiting: list[int] = []
        self.people_waiting: set[str] = set()
        self.sold = 0

    def write(self, record: Record) -> int:
        self.log.append(chain.append(self.log[-1], record))
        return self.log[-1].number

    def arrive(self, asked: Arrival) -> None:
        number = self.write(asked)
        if asked.at < self.terms.opens:
            self.write(Refused(asked.at, number, "early"))
        elif asked.at >= self.terms.closes:
            self.write(Refused(asked.at, number, "closed"))
        elif asked.person in self.people_waiting:
            self.write(Refused(asked.at, number, "repeat"))
        else:
            self.waiting.append(number)
            self.people_waiting.add(asked.person)

    def draw(self, at: int) -> None:
        previous = self.log[-1].digest
        self.write(Lot(at, self.seed))
        pool = [n for n in self.waiting if self._asked(n).at < self.terms.lot_until]
        later = [n for n in self.waiting if n not in pool]
        self.waiting = opening.drawn(pool, seed=self.seed, previous=previous) + later

    def answer(self, at: int) -> None:
        """All that wait, in their order."""
        for number in self.waiting:
            asked = self._asked(number)
            if self.taken[asked.person] + asked.pieces > self.terms.per_person:
                self.write(Refused(at, number, "limit"))
            elif asked.pieces > self._free():
                self.write(Refused(at, number, "sold_out"))
            else:
                self.write(Held(at, number))
                self.taken[asked.person] += asked.pieces
                self.held[number] = asked
        self.waiting = []
        self.people_waiting = set()

    def settle(self, at: int, number: int, *, pays: bool) -> None:
        asked = self.held.pop(number)
        if pays:
            self.write(Paid(at, number, asked.pieces * self.terms.price))
            self.sold += asked.pieces
        else:
            self.write(Released(at, number, "expired"))
            self.taken[asked.person] -= asked.pieces

    def end(self, at: int) -> None:
        self.write(Ended(at, self.sold, self.terms.units - self.sold))

    def lines(self) -> list[bytes]:
        return [chain.write(entry) for entry in self.log]

    def winners(self) -> list[str]:
        return [asked.person for asked in self.held.values()]

    def _free(self) -> int:
        return self.terms.units - self.sold - sum(each.pieces for each in self.held.values())

    def _asked(self, number: int) -> Arrival:
        record = self.log[number].record
        assert isinstance(record, Arrival)
        return record


def sold_by_chance(random: Random, announced: Terms, people: Sequence[str]) -> HonestSeller:
    """A whole drop: requests from before the opening until after the close, some of them twice."""
    seller = HonestSeller(announced)
    moments = sorted(random.randrange(OPENS - 2_000, CLOSES + 2_000) for _ in range(40))
    moments += [OPENS + random.randrange(3_000) for _ in range(10)]
    drawn = not announced.window
    for at in sorted(moments):
        if not drawn and at >= announced.lot_until:
            seller.draw(announced.lot_until)
            drawn = True
        seller.arrive(Arrival(at, random.choice(people), random.randint(1, announced.per_person)))
        if drawn and random.random() < 0.6:
            seller.answer(at)
        if seller.held and random.random() < 0.5:
            seller.settle(at, random.choice(list(seller.held)), pays=random.random() < 0.7)
    seller.answer(CLOSES + 2_000)
    for number in list(seller.held):
        seller.settle(CLOSES + 3_000, number, pays=random.random() < 0.7)
    seller.end(CLOSES + 3_000)
    return seller
