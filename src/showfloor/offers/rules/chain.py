"""The bytes of the log of a drop or a waiting list: a JSON object a line, each with the hash of the
one before it.

A line is the canonical form of RFC 8785 of an object whose members are texts and integers from 0
to 2^53 - 1, and a line feed. `hash` is the SHA-256 of the canonical form without `hash`; `prev` is
the `hash` of the line before, 64 zeros in the first. There is one way to write a record, so that
each other byte is another log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from showfloor.kit.chain import LARGEST, NO_RECORD, canonical, digest
from showfloor.offers.types import (
    Arrival,
    Closed,
    Ended,
    Entry,
    Head,
    Held,
    Lot,
    Paid,
    Record,
    Refused,
    Released,
    Terms,
)
from showfloor.offers.types.waiting import (
    Bought,
    Finished,
    Joined,
    Left,
    Offered,
    Opened,
    Passed,
    WaitingRecord,
)

R = TypeVar("R")
Kinds = Mapping[str, type[R]]
"""The records that a log may have, by the name of their kind."""
LONGEST_LINE = 1_000
"""Bytes with the line feed. A reader need not take in more than one more."""
DROP: Kinds[Record] = {
    "terms": Terms,
    "arrival": Arrival,
    "lot": Lot,
    "held": Held,
    "refused": Refused,
    "paid": Paid,
    "released": Released,
    "closed": Closed,
    "ended": Ended,
}
WAITING: Kinds[WaitingRecord] = {
    "opened": Opened,
    "joined": Joined,
    "left": Left,
    "offered": Offered,
    "bought": Bought,
    "passed": Passed,
    "ended": Finished,
}
_NAMES: dict[type[Any], str] = {
    kind: name for kinds in (DROP, WAITING) for name, kind in kinds.items()
}
_MEMBERS = {kind: {each.name: str(each.type) for each in fields(kind)} for kind in _NAMES}
"""The annotations, which are texts."""


class Malformed(ValueError):
    """A line that is not the next record; says why."""


def append(last: Entry[R] | None, record: R) -> Entry[R]:
    """The record in the place after `last`, or in the first one."""
    if last is None:
        return entry_at(0, NO_RECORD, record)
    return entry_at(last.number + 1, last.digest, record)


def entry_at(number: int, previous: str, record: R) -> Entry[R]:
    """The record in this place: `previous` is the hash of the one before it."""
    return Entry(number, record, previous, digest(_members(number, record, previous)))


def write(entry: Entry[R]) -> bytes:
    """The line of a record."""
    members = _members(entry.number, entry.record, entry.previous)
    return canonical({**members, "hash": entry.digest}) + b"\n"


def extend(
    head: Head, records: Sequence[Record] | Sequence[WaitingRecord]
) -> tuple[Head, list[str]]:
    """Where the log goes on after these records, and their lines without line feeds. The first of
    them has the number `head.records`.
    """
    lines = []
    for record in records:
        entry = entry_at(head.records, head.digest or NO_RECORD, record)
        head = Head(entry.number + 1, entry.digest, record.at)
        lines.append(write(entry).decode().rstrip("\n"))
    return head, lines


def read(lines: Iterable[bytes], kinds: Kinds[R]) -> Iterator[Entry[R]]:
    """The records of a log, each checked to follow the one before. Raises Malformed at the first
    line that does not.
    """
    last: Entry[R] | None = None
    for line in lines:
        last = _read_line(line, last, kinds)
        yield last


def _read_line(line: bytes, last: Entry[R] | None, kinds: Kinds[R]) -> Entry[R]:
    if len(line) > LONGEST_LINE:
        raise Malformed("is longer than a record can be")
    try:
        found = json.loads(line)
        is_canonical = isinstance(found, dict) and canonical(found) + b"\n" == line
    except (ValueError, RecursionError):
        raise Malformed("is not JSON") from None
    if not is_canonical:
        raise Malformed("is not a record as it is written")
    entry = append(last, _record(found, kinds))
    if found.get("n") != entry.number:
        raise Malformed(f"is not record {entry.number}")
    if found.get("prev") != entry.previous:
        raise Malformed("does not follow the record before it")
    if found.get("hash") != entry.digest:
        raise Malformed("is not what its hash was made of")
    return entry


def _record(found: Mapping[str, object], kinds: Kinds[R]) -> R:
    name = found.get("kind")
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Malformed("is of no known kind")
    needed = _MEMBERS[kind]
    if found.keys() != {"kind", "n", "prev", "hash", *needed}:
        raise Malformed("has other members than its kind has")
    if any(not _is_of(type_, found[member]) for member, type_ in needed.items()):
        raise Malformed("has a member with a value that it cannot have")
    make: Callable[..., R] = kind  # of the values that were just checked
    return make(**{member: found[member] for member in needed})


def _is_of(type_: str, value: object) -> bool:
    """A truth value is no integer here."""
    if type_ == "int":
        return type(value) is int and 0 <= value <= LARGEST
    return isinstance(value, str)


def _members(number: int, record: object, previous: str) -> dict[str, str | int]:
    kind = type(record)
    members: dict[str, str | int] = {name: getattr(record, name) for name in _MEMBERS[kind]}
    return {**members, "kind": _NAMES[kind], "n": number, "prev": previous}
