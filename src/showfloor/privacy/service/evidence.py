"""The evidence: what was decided, in an order that nobody can change unseen (GDPR art 5(2), 24)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.privacy.queries import evidence as queries
from showfloor.privacy.rules import evidence as rules
from showfloor.privacy.service import policy
from showfloor.privacy.types.evidence import EvidenceEntry, EvidenceHead, Note, Verdict

_BATCH = 2_000
README = """\
Evidence of decisions about suspicions that somebody is a child
================================================================

entries.jsonl   one entry a line, in the order in which they were written
policies/       the texts by which it was decided; an entry names one with its SHA-256
head.txt        number and hash of the last entry when this file was made

No entry says who it is about: `subject` is the number of a case. Facts are codes, whole numbers and
hashes. A hash named `words_sha256` is that of a sentence that the operator keeps apart.

To check it without our software
--------------------------------
Of each line, read as JSON, take out `hash`. Write the rest as JSON with its names in the order of
their characters, without spaces, in UTF-8 (RFC 8785). Its SHA-256 in hexadecimal is `hash`. `prev`
is `hash` of the line before, 64 zeros in the first line, and `n` counts from 1. In Python:

    import hashlib, json
    before, count = "0" * 64, 0
    for line in open("entries.jsonl", encoding="utf-8"):
        entry = json.loads(line)
        said = entry.pop("hash")
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        count += 1
        assert entry["n"] == count and entry["prev"] == before, count
        assert hashlib.sha256(text.encode()).hexdigest() == said, count
        before = said
    print(count, before)

What it prints has to be what head.txt says, and what the operator noted elsewhere at an earlier
date has to be the hash of that entry. The SHA-256 of a file in policies/ is in the `policy` of the
entries that were decided by it.
"""


async def note_evidence(session: Session, new: Note) -> None:
    """Append in the transaction of what happened. It locks the end of the chain until the
    transaction ends, so it comes last. Raises ValueError for facts that may be personal.
    """
    head = await queries.lock_head(session)
    await queries.add_entry(session, rules.entry_after(head, new, clock.now()))


async def is_noted(session: Session, new: Note) -> bool:
    """Whether the same was noted of the same subject, by whichever policy."""
    return await queries.has_entry(session, rules.entry_after(rules.START, new, clock.now()))


async def verify_evidence(session: Session, noted: EvidenceHead | None = None) -> Verdict:
    """Read the whole chain; entries may be appended meanwhile. `noted` is where it ended when
    somebody noted it elsewhere.
    """
    known = [await queries.head(session), *([noted] if noted else [])]
    head, count = rules.START, 0
    async for entry in _entries(session):
        if problem := rules.problem_of(entry, head):
            return Verdict(count, head, head.number + 1, problem)
        head, count = EvidenceHead(entry.number, entry.digest), count + 1
        if any(each.number == head.number and each != head for each in known):
            return Verdict(count, head, head.number, "it is not the one that was noted")
    if any(each.number > head.number for each in known):
        return Verdict(count, head, head.number + 1, "it is missing")
    return Verdict(count, head)


async def export_evidence(session: Session) -> bytes:
    """A ZIP for somebody who has nothing of ours."""
    head, written = rules.START, io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        with zipped.open("entries.jsonl", "w") as lines:
            async for entry in _entries(session):
                lines.write(rules.line(entry))
                head = EvidenceHead(entry.number, entry.digest)
        zipped.writestr("head.txt", f"{head.number} {head.digest}\n")
        for name, text in policy.texts().items():
            zipped.writestr(f"policies/{name}", text)
        zipped.writestr("README.txt", README)
    return written.getvalue()


async def get_evidence_head(session: Session) -> EvidenceHead:
    """To be noted elsewhere: whoever has it later knows whether something before it was changed."""
    return await queries.head(session)


async def _entries(session: Session) -> AsyncIterator[EvidenceEntry]:
    last: int | None = None
    while batch := await queries.entries_after(session, last, _BATCH):
        for entry in batch:
            yield entry
        last = batch[-1].number
