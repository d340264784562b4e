"""The registry, and what people ask for. `app/wiring.py` fills the registry once at start."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from uuid import UUID

from showfloor.kit import clock, ids, sealing
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import Busy
from showfloor.kit.notify import wake
from showfloor.privacy import queries, rules
from showfloor.privacy.errors import RequestNotFound, TooManyOpenRequests
from showfloor.privacy.service import cases
from showfloor.privacy.types import (
    Eraser,
    Erasure,
    Holding,
    Reader,
    Request,
    RequestKind,
    Row,
    Subject,
)
from showfloor.privacy.types.cases import About

log = logging.getLogger("showfloor.privacy")
ERASURES = "erasures"
"""The name under which the worker is woken when somebody wants to be erased."""
_erasers: dict[str, Eraser] = {}
_readers: dict[str, Reader] = {}


def register_eraser(eraser: Eraser) -> None:
    """Each name once: two modules cannot both claim a column."""
    if _erasers.get(eraser.name, eraser) is not eraser:
        raise ValueError(f"two erasers are called {eraser.name}")
    _erasers[eraser.name] = eraser


def list_erasers() -> list[Eraser]:
    return list(_erasers.values())


def register_reader(reader: Reader) -> None:
    """Each name once: it is that of a file."""
    if _readers.get(reader.name, reader) is not reader:
        raise ValueError(f"two readers are called {reader.name}")
    _readers[reader.name] = reader


async def erase(session: Session, subject: Subject) -> dict[str, int]:
    """Every eraser in one transaction; rows touched per eraser."""
    return {eraser.name: await eraser.erase(session, subject) for eraser in list_erasers()}


async def is_erased(session: Session, viewer_id: UUID) -> bool:
    """Whether no erasure of this account goes on."""
    return await queries.open_erasure_of(session, viewer_id) is None


async def waiting(session: Session, subject: Subject) -> list[str]:
    """The erasers that spared something, because the person is still owed it."""
    return [each.name for each in list_erasers() if await _waits(session, each, subject)]


async def collect(session: Session, subject: Subject, key: str, *, secret: str) -> list[Holding]:
    """What the modules list of a person, and what they asked for here; `key` opens what is
    encrypted for them.
    """
    found = [
        Holding(reader.name, tuple(await reader.read(session, subject, key)))
        for reader in _readers.values()
    ]
    doubts = await _doubts_about(session, subject)
    asked = await _asked_by(session, secret, subject)
    return [*found, Holding("doubts", tuple(doubts)), Holding("requests", tuple(asked))]


async def _doubts_about(session: Session, subject: Subject) -> list[Row]:
    """Nothing about who had them."""
    if subject.viewer_id is None:
        return []
    return [
        {
            "doubted_at": clock.rfc3339(each.opened_at),
            "decided_at": clock.rfc3339(each.decided_at) if each.decided_at else None,
        }
        for each in await cases.list_of_account(session, subject.viewer_id)
    ]


async def _asked_by(session: Session, secret: str, subject: Subject) -> list[Row]:
    if subject.viewer_id is None:
        return []
    return [
        {
            "kind": each.kind.value,
            "asked_at": clock.rfc3339(each.asked_at),
            "due_at": clock.rfc3339(each.due_at),
            "text": _text_of(secret, each),
        }
        for each in await queries.requests_of(session, subject.viewer_id)
    ]


def _text_of(secret: str, request: Request) -> str | None:
    """None where nothing was written, or an earlier secret sealed it."""
    try:
        found = open_asker(secret, request)
    except sealing.Unreadable:
        return None
    return (found[1] or None) if found else None


async def ask(
    session: Session, *, secret: str, kind: RequestKind, subject: Subject, text: str = ""
) -> Request:
    """Into the register. Who asked to be erased twice asked once; the caller holds a lock of this
    viewer's, so that it counts for two at once, too. Raises TooManyOpenRequests.
    """
    assert subject.viewer_id is not None
    if kind is RequestKind.ERASE:
        if earlier := await queries.open_erasure_of(session, subject.viewer_id):
            return earlier
        wake(session, ERASURES)
    elif await queries.count_open_of(session, subject.viewer_id) >= rules.OPEN_REQUESTS:
        raise TooManyOpenRequests
    request_id, now = ids.new(), clock.now()
    who = {"email": subject.email, "viewer_id": subject.viewer_id.hex, "text": text}
    sealed = sealing.seal(secret, json.dumps(who), owner=request_id.bytes)
    new = Request(request_id, kind, now, rules.due(now), sealed=sealed)
    await queries.add_request(session, new, subject.viewer_id)
    return new


def open_asker(secret: str, request: Request) -> tuple[Subject, str] | None:
    """Who asked, and what they wrote; None once that is forgotten."""
    if request.sealed is None:
        return None
    who = json.loads(sealing.unseal(secret, request.sealed, owner=request.id.bytes))
    return Subject(who["email"], UUID(hex=who["viewer_id"])), who["text"]


async def list_open(session: Session) -> list[Request]:
    """What waits for an answer, the nearest due date first."""
    return await queries.open_requests(session)


async def answer(session: Session, *, request_id: UUID) -> None:
    """An operator did what was asked, or said why not. Raises RequestNotFound."""
    found = await queries.find_request(session, request_id, lock=True)
    if found is None or found.done_at is not None or found.kind is RequestKind.ERASE:
        raise RequestNotFound
    await queries.end_request(session, request_id, clock.now())


def receipt_token(secret: str, request: Request) -> str:
    return rules.receipt_token(secret, request.id)


async def find_erasure(session: Session, *, secret: str, token: str) -> Erasure:
    """How far it is, for whoever has its token. Raises RequestNotFound."""
    request_id = rules.request_of_token(secret, token)
    found = await queries.find_request(session, request_id) if request_id else None
    if found is None:
        raise RequestNotFound
    receipts = await queries.receipts_of(session, found.id)
    given = {each.eraser for each in receipts}
    waiting = [each.name for each in _of_viewers() if each.name not in given]
    return Erasure(found, tuple(receipts), () if found.done_at else tuple(waiting))


def _of_viewers() -> list[Eraser]:
    return [each for each in list_erasers() if each.of_viewers]


async def carry_out_erasures(database: Database, *, secret: str) -> None:
    """Each erasure from where it stands: every module erases what need not wait and gives its
    receipt, once nothing waits, in one transaction, so that whoever is killed between two of them
    goes on with the next.

    Raises Busy at once, and ExceptionGroup after the last when some failed: the worker notes it for
    the operator, and tries them again.
    """
    async with database.session() as session:
        due = await queries.open_erasures(session)
    failed: list[Exception] = []
    for request_id in due:
        try:
            for eraser in _of_viewers():
                await _step(database, secret, request_id, eraser)
            await _finish(database, secret, request_id)
        except Busy:
            raise
        except Exception as error:
            # Nobody else waits for it: one that was sealed with an earlier secret stays unreadable.
            log.exception("erasure %s failed", ids.encode("req", request_id))
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(due)} erasures failed", failed)


async def _step(database: Database, secret: str, request_id: UUID, eraser: Eraser) -> None:
    async with database.session() as session:
        who = await _lock_asker(session, secret, request_id)
        given = {each.eraser for each in await queries.receipts_of(session, request_id)}
        if who is None or eraser.name in given:
            return
        rows = await eraser.erase(session, who)
        await _note(session, request_id, eraser, who, rows)


async def _finish(database: Database, secret: str, request_id: UUID) -> None:
    """Only when nobody waits: then it is forgotten who asked, with all else that they asked for.

    What came after a receipt goes first, such as the order of a payment that was under way; where
    that has to wait, the receipt is taken back.
    """
    async with database.session() as session:
        who = await _lock_asker(session, secret, request_id)
        given = {each.eraser for each in await queries.receipts_of(session, request_id)}
        if who is None or {each.name for each in _of_viewers()} - given:
            return
        assert who.viewer_id is not None
        waits = [await _erase_rest(session, request_id, each, who) for each in _of_viewers()]
        if any(waits):
            return
        await queries.forget_asker(session, who.viewer_id, clock.now())
        await cases.forget_subject(session, About.ACCOUNT, who.viewer_id)


async def _lock_asker(session: Session, secret: str, request_id: UUID) -> Subject | None:
    """None once it is forgotten. Raises Unreadable."""
    request = await queries.find_request(session, request_id, lock=True)
    who = open_asker(secret, request) if request else None
    return replace(who[0], until=request.asked_at) if request and who else None


async def _erase_rest(session: Session, request_id: UUID, eraser: Eraser, subject: Subject) -> bool:
    """Whether something of it waits; then its receipt is taken back."""
    rows = await eraser.erase(session, subject)
    return await _note(session, request_id, eraser, subject, rows)


async def _note(
    session: Session, request_id: UUID, eraser: Eraser, subject: Subject, rows: int
) -> bool:
    """Count what it erased, and give its receipt unless something waits, which is answered."""
    waits = await _waits(session, eraser, subject)
    given_at = None if waits else clock.now()
    await queries.add_erased(session, request_id, eraser.name, rows, given_at)
    return waits


async def _waits(session: Session, eraser: Eraser, subject: Subject) -> bool:
    return eraser.waits is not None and await eraser.waits(session, subject) > 0
