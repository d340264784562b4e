"""Viewers report a message, and the show's team decides once what becomes of it.

Nobody needs an account, a name or an answer about their age for it, so nothing is asked: of who
reports only a keyed digest of the network is kept, for a day. It is what a caller cannot make up,
so a network has one report of a message.
"""

from __future__ import annotations

from uuid import UUID

from showfloor.identity.errors import Forbidden
from showfloor.identity.types import Person
from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.room import queries
from showfloor.room.errors import MessageDecided, MessageNotFound
from showfloor.room.queries import reports
from showfloor.room.service.access import get_moderated_show
from showfloor.room.service.limits import suspect_by_visitor
from showfloor.room.service.messages import is_watchable
from showfloor.room.service.moderation import delete_message, lock_moderated, log_action, mute
from showfloor.room.types import (
    ActionKind,
    CaseDecision,
    Cases,
    Message,
    MessageState,
    ReportReason,
)
from showfloor.shows import service as shows
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import Show

MOST_CASES = 100
"""Of one look at the queue."""
MUTED_FOR = 10
"""Minutes."""


async def report_message(
    session: Session, *, message_id: UUID, network: bytes, reason: ReportReason
) -> None:
    """Of a message that everybody reads; twice is once. Raises MessageNotFound."""
    message = await queries.message(session, message_id)
    if message is None or message.state is not MessageState.SHOWN:
        raise MessageNotFound
    try:
        show = await shows.get_public_show(session, message.show_id)
    except ShowNotFound:
        raise MessageNotFound from None
    if not show.state.on_air and not is_watchable(show):
        raise MessageNotFound
    await reports.add_report(session, message, network, reason, clock.now())
    if reason is ReportReason.CHILD:
        await suspect_by_visitor(session, message)


async def _is_muted(session: Session, message: Message) -> bool:
    until = await queries.muted_until(session, [message.author_id], None)
    return until.get(message.author_id, clock.now()) > clock.now()


async def list_cases(session: Session, *, person: Person, show_id: UUID) -> Cases:
    """Raises ShowNotFound."""
    show = await get_moderated_show(session, person=person, show_id=show_id)
    found = tuple(await reports.cases(session, show.id, MOST_CASES))
    if len(found) < MOST_CASES:
        return Cases(found, len(found))
    return Cases(found, await reports.count_cases(session, show.id))


def check_may_keep(person: Person, show: Show, message: Message) -> None:
    """Raises Forbidden."""
    if message.role.staff and not shows.may_run(person, show):
        raise Forbidden


async def decide_case(
    session: Session, *, person: Person, message_id: UUID, decision: CaseDecision
) -> None:
    """Of two who decide at once, one did. Raises MessageNotFound, also where nobody has reported
    it; MessageDecided where somebody else has decided otherwise; Forbidden for a message of the
    host or a merchant, which is for the host's team to delete, and for keeping one of anybody of
    the show's staff: a moderator clears no report of a colleague, of who named them or of their
    own words.
    """
    if decision is CaseDecision.MUTE:
        # Writers are locked before their messages, as whoever mutes by another message does.
        said = await queries.message(session, message_id)
        await queries.lock_writer(session, said.author_id) if said is not None else None
    message, show = await lock_moderated(session, person, message_id)
    if not await reports.is_reported(session, message_id):
        raise MessageNotFound
    if decision is CaseDecision.KEEP:
        check_may_keep(person, show, message)
    is_deleted = message.state is not MessageState.SHOWN
    if is_deleted or not await reports.is_open(session, message_id):
        if is_deleted is (decision is CaseDecision.KEEP):
            raise MessageDecided
        # A colleague who deleted the message muted nobody.
        if decision is CaseDecision.MUTE and not await _is_muted(session, message):
            await mute(session, person=person, message_id=message_id, minutes=MUTED_FOR)
        return
    await reports.close_case(session, message_id)
    if decision is CaseDecision.KEEP:
        await log_action(session, person, show, ActionKind.KEEP, "", message_id)
        return
    await delete_message(session, person=person, message_id=message_id)
    if decision is CaseDecision.MUTE:
        await mute(session, person=person, message_id=message_id, minutes=MUTED_FOR)
