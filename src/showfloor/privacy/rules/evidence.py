"""Entries of the evidence, and whether they follow each other."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from showfloor.kit import chain
from showfloor.privacy.types.evidence import EvidenceEntry, EvidenceHead, Facts, Note

START = EvidenceHead(0, chain.NO_RECORD)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HASH = re.compile(r"[0-9a-f]{64}")


def check_facts(facts: Facts) -> None:
    """Codes, whole numbers and hashes: in none of them stands a name. Raises ValueError."""
    for name, value in facts.items():
        is_number = type(value) is int and 0 <= value <= chain.LARGEST
        is_word = isinstance(value, str) and (_CODE.fullmatch(value) or _HASH.fullmatch(value))
        if not _CODE.fullmatch(name) or not (is_number or is_word):
            raise ValueError(f"the evidence has no such fact: {name}")


def entry_after(head: EvidenceHead, note: Note, at: datetime) -> EvidenceEntry:
    """The entry in the place after the last. Raises ValueError for facts that may be personal."""
    check_facts(note.facts)
    bare = EvidenceEntry(
        number=head.number + 1,
        at=at,
        event=note.event.value,
        actor=note.actor.value,
        subject=note.subject,
        policy=note.policy,
        facts=chain.canonical(note.facts).decode(),
        previous=head.digest,
        digest="",
    )
    return EvidenceEntry(
        bare.number,
        bare.at,
        bare.event,
        bare.actor,
        bare.subject,
        bare.policy,
        bare.facts,
        bare.previous,
        chain.digest(members(bare)),
    )


def members(entry: EvidenceEntry) -> dict[str, object]:
    """What the hash is made of; times are RFC 3339 in UTC with microseconds, as they are stored.
    Raises ValueError for facts that are no JSON.
    """
    return {
        "n": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "event": entry.event,
        "actor": entry.actor,
        "subject": entry.subject,
        "policy": entry.policy,
        "facts": json.loads(entry.facts),
        "prev": entry.previous,
    }


def line(entry: EvidenceEntry) -> bytes:
    """A line of the export, with its line feed."""
    return chain.canonical({**members(entry), "hash": entry.digest}) + b"\n"


def problem_of(entry: EvidenceEntry, head: EvidenceHead) -> str | None:
    """Why an entry is not the one that was written after `head`; None where it is."""
    if entry.number != head.number + 1:
        return "it is missing"
    if entry.previous != head.digest:
        return "it does not follow the entry before it"
    try:
        made_of = members(entry)
        is_canonical = chain.canonical(json.loads(entry.facts)).decode() == entry.facts
        digest = chain.digest(made_of)
    except (ValueError, RecursionError):
        return "its facts are not JSON"
    if not is_canonical:
        return "its facts are not as they are written"
    return None if digest == entry.digest else "it is not what its hash was made of"
