"""A second device as remote control: a phone beside the camera that pins and unpins.

A ticket in a QR code is used once, within two minutes; the token that it becomes grants the pins of
one show and nothing else. It ends with the show, with the session or the key of whoever invited it,
or when the host says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.types import Action, Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.media import service as media
from showfloor.media.types import MediaMoment
from showfloor.shows import queries
from showfloor.shows.errors import (
    CueNotFound,
    NotAllowedInState,
    RemoteEnded,
    RemoteNotFound,
    RemoteTicketInvalid,
    TooManyRemotes,
)
from showfloor.shows.rules import MOST_REMOTES, may_end_by_remote
from showfloor.shows.service.access import get_own_show, may_run
from showfloor.shows.service.cues import end_cue, pin
from showfloor.shows.service.shelf import with_shelf
from showfloor.shows.types import Cue, CueKind, Remote, RemoteTicket, RemoteView, Show

TICKET_LASTS = timedelta(minutes=2)
REMOTE_LASTS = timedelta(hours=12)
"""As long as its host's own session."""


async def invite_remote(
    session: Session, *, person: Person, show_id: UUID, sign_in: UUID
) -> RemoteTicket:
    """A ticket for one device. Raises ShowNotFound, NotAllowedInState, TooManyRemotes."""
    show = await get_own_show(session, person=person, show_id=show_id, lock=True, rehearsed=True)
    if show.state.over:
        raise NotAllowedInState(state=show.state.value)
    now = clock.now()
    await queries.remove_remotes(session, show_id, before=now)
    if len(await list_remotes(session, person=person, show_id=show_id)) >= MOST_REMOTES:
        raise TooManyRemotes(most=MOST_REMOTES)
    remote = Remote(ids.new(), show_id, person.id, sign_in, now, now + TICKET_LASTS)
    text = f"rt_{ids.secret()}"
    await queries.add_remote(session, remote, ids.digest(text))
    return RemoteTicket(remote, text)


async def list_remotes(session: Session, *, person: Person, show_id: UUID) -> list[Remote]:
    """Those that work, and tickets that can still be used. Raises ShowNotFound."""
    show = await get_own_show(session, person=person, show_id=show_id, rehearsed=True)
    found = await queries.remotes(session, show.id, clock.now())
    return [remote for remote in found if await _host_of(session, remote, show)]


async def end_remote(session: Session, *, person: Person, show_id: UUID, remote_id: UUID) -> None:
    """From its next request on. Raises ShowNotFound, RemoteNotFound."""
    show = await get_own_show(session, person=person, show_id=show_id, rehearsed=True)
    if not await queries.remove_remote(session, show.id, remote_id):
        raise RemoteNotFound


async def join_remote(session: Session, *, ticket: str) -> str:
    """The remote's token; the ticket is used up. Raises RemoteTicketInvalid."""
    now = clock.now()
    remote = await queries.remote_of(session, ids.digest(ticket), now, joined=False)
    if remote is None or await _acting_for(session, remote) is None:
        raise RemoteTicketInvalid
    token = f"rc_{ids.secret()}"
    joined = replace(remote, joined_at=now, expires_at=now + REMOTE_LASTS)
    await queries.join_remote(session, joined, ids.digest(token))
    return token


async def get_remote(session: Session, *, token: str) -> tuple[Remote, Person]:
    """The remote with this token, and for whom it acts. Raises RemoteEnded."""
    remote = await queries.remote_of(session, ids.digest(token), clock.now(), joined=True)
    person = await _acting_for(session, remote) if remote else None
    if remote is None or person is None:
        raise RemoteEnded
    return remote, person


async def view_by_remote(session: Session, *, token: str) -> RemoteView:
    """Raises RemoteEnded."""
    remote, person = await get_remote(session, token=token)
    show = await get_own_show(session, person=person, show_id=remote.show_id, rehearsed=True)
    pins = await queries.open_cues(session, show.id, kind=CueKind.PIN)
    newest = await queries.newest_pin(session, show.id)
    return RemoteView(
        await with_shelf(session, show),
        await media.is_publishing(session, show.id),
        tuple(reversed(pins)),
        newest.product_id if newest else None,
    )


async def pin_by_remote(
    session: Session, *, token: str, product_id: UUID, moment: MediaMoment, replace_others: bool
) -> Cue:
    """In the remote's own show, which no request names. Raises RemoteEnded and what `pin` does."""
    remote, person = await get_remote(session, token=token)
    return await pin(
        session,
        person=person,
        show_id=remote.show_id,
        product_id=product_id,
        moment=moment,
        replace_others=replace_others,
    )


async def unpin_by_remote(
    session: Session, *, token: str, cue_id: UUID, moment: MediaMoment
) -> Cue:
    """Raises RemoteEnded, CueNotFound (also for what is no pin of this show), and what `end_cue`
    does.
    """
    remote, person = await get_remote(session, token=token)
    cue = await queries.cue(session, cue_id)
    if cue is None or not may_end_by_remote(remote, cue):
        raise CueNotFound
    return await end_cue(session, person=person, cue_id=cue_id, moment=moment)


async def _acting_for(session: Session, remote: Remote) -> Person | None:
    show = await queries.show(session, remote.show_id)
    return await _host_of(session, remote, show) if show is not None else None


async def _host_of(session: Session, remote: Remote, show: Show) -> Person | None:
    """Who invited it; None when that person runs the show no more, is signed out (a program: its
    key is revoked), or it is over.
    """
    # A remote of an older version that a program invited does not name its key: it joins again.
    if remote.sign_in is None or not await identity.is_sign_in_open(session, remote.sign_in):
        return None
    if show.state.over:
        return None
    person = await identity.get_active_person(session, remote.person_id, Action.SHOW_RUN)
    return person if person is not None and may_run(person, show) else None
