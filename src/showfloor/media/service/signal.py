"""Use cases of `media`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.kit import clock, ids
from showfloor.kit.contract import Health, read
from showfloor.kit.db import Connection, Session
from showfloor.kit.retention import kept_for
from showfloor.media import queries
from showfloor.media.rules import (
    PREVIEW_LASTS,
    STALE_AFTER,
    TICKET_LASTS,
    TICKET_PREFIX,
    device_key_id,
    has_to_go,
    preview_token,
    publish_ticket,
    read_ticket,
    state_at,
)
from showfloor.media.types import Ingest, IngestReport, IngestState, KeyOwner, PublishTicket

REFUSALS_REMEMBERED = kept_for("publish_refusal")


async def issue_stream_key(session: Session, show_id: UUID) -> str:
    """A new key for the show, shown this once; the one before stops working now."""
    key = f"sk_{ids.secret()}"
    await queries.replace_key(session, show_id, ids.digest(key), key[-4:], clock.now())
    return key


async def forget_show(session: Session, show_id: UUID) -> None:
    """Keys, signal, refusals and destinations of a show that is deleted."""
    await queries.forget_show(session, show_id)


def issue_ticket(secret: str, show_id: UUID, sign_in: UUID) -> PublishTicket:
    """What the host's own browser publishes with, while `sign_in` lasts. It is stored nowhere."""
    now = clock.now()
    return PublishTicket(publish_ticket(secret, show_id, sign_in, now), now + TICKET_LASTS)


async def find_key(session: Session, key: str, *, secret: str) -> KeyOwner | None:
    """Who a stream key or a ticket belongs to, or None for one that never was."""
    if key.startswith(TICKET_PREFIX):
        ticket = read_ticket(secret, key)
        if ticket is None:
            return None
        show_id, sign_in, until = ticket
        lasts = until >= clock.now() and await identity.is_sign_in_open(session, sign_in)
        return KeyOwner(device_key_id(sign_in), show_id, revoked=False, expired=not lasts)
    return await queries.key_owner(session, ids.digest(key))


async def note_refusal(session: Session, show_id: UUID, code: str) -> None:
    """So that the host sees in the studio why OBS does not get through."""
    await queries.add_refusal(session, show_id, clock.now(), code)


async def forget_old_refusals(session: Session) -> int:
    """One batch; how many went."""
    return await queries.remove_refusals_before(session, clock.now() - REFUSALS_REMEMBERED)


async def note_report(session: Session, report: IngestReport) -> None:
    """Store what `streaming` just said about one show."""
    await queries.save_report(session, report, clock.now())


async def replace_report(connection: Connection, report: IngestReport) -> tuple[bool, bool]:
    """As `note_report` and `is_key_revoked`, in one round trip; and whether the show has
    destinations that are started.
    """
    valid, pushes = await queries.replace_report(connection, report, clock.now())
    return has_to_go(report.key_id, valid), pushes


async def is_key_revoked(session: Session, show_id: UUID, key_id: str | None) -> bool:
    """Whether a publisher came with a key that is not valid any more: it has to go."""
    return has_to_go(key_id, await queries.valid_key_id(session, show_id))


async def get_ingest(session: Session, show_id: UUID) -> Ingest:
    """The signal as the host sees it."""
    row, now = await queries.ingest(session, show_id), clock.now()
    refusals = await queries.refusals(session, show_id, now - REFUSALS_REMEMBERED)
    hint = await queries.key_hint(session, show_id)
    if row is None:
        return Ingest(IngestState.NONE, None, refusals, hint)
    state = state_at(IngestState(row.state), row.seen_at, now)
    # Health belongs to the state it was reported with, also the reason why a publisher had to go.
    current = row.health if state is IngestState(row.state) else None
    return Ingest(state, read(Health, current) if current else None, refusals, hint)


def get_preview_tokens(secret: str, show_id: UUID) -> tuple[str, str]:
    """The token of today's links, and the one before it, which still works."""
    now = clock.now()
    return preview_token(secret, show_id, now), preview_token(secret, show_id, now - PREVIEW_LASTS)


async def is_publishing(session: Session, show_id: UUID) -> bool:
    """Whether there is something to show: an encoder alone is not enough."""
    return (await get_ingest(session, show_id)).state is IngestState.PUBLISHING


async def lost_with_streaming(session: Session) -> list[UUID]:
    """Shows that count as having a publisher though `streaming` has been silent too long."""
    return await queries.present_seen_before(session, clock.now() - STALE_AFTER)


async def next_loss(session: Session) -> datetime | None:
    """When the first publisher counts as lost unless `streaming` speaks of it again."""
    seen_at = await queries.first_seen_at(session)
    return seen_at + STALE_AFTER if seen_at else None


async def mark_lost(session: Session, show_id: UUID) -> bool:
    """Write down that the publisher is lost, unless `streaming` has spoken of it after all; whether
    it is.
    """
    return await queries.mark_lost(session, show_id, clock.now() - STALE_AFTER)
