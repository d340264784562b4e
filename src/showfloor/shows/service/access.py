"""Who may do what to a show: its host and operators everything, everybody else see what was ever
published.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.types import Action, GrantKind, Person, Team
from showfloor.kit.db import Session
from showfloor.kit.messages import LANGUAGES
from showfloor.merchants import service as merchants
from showfloor.shows import queries
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import Show, ShowState


def may_run(person: Person, show: Show) -> bool:
    return person.is_operator or show.host_creator_id == person.creator_id


async def may_still_run(session: Session, sign_in: UUID, show_id: UUID) -> bool:
    """Whether whoever is behind this sign-in still runs the show: it did not end, and neither did
    their role in the team.
    """
    person = await identity.person_of_sign_in(session, sign_in, Action.SHOW_RUN)
    show = await queries.show(session, show_id)
    return person is not None and show is not None and may_run(person, show)


async def end_moderation(
    session: Session, *, person_id: UUID, creator_id: UUID, by_id: UUID | None
) -> None:
    """Who left the host's team moderates none of the host's shows any more, for which they were
    named at once and without a mail.
    """
    person = await identity.get_person(session, person_id)
    grants = person.grants if person else ()
    named = {one.subject_id for one in grants if one.kind is GrantKind.SHOW}
    for show in await queries.shows_by_id(session, named):
        if show.host_creator_id == creator_id:
            await identity.revoke_grant(
                session,
                person_id=person_id,
                kind=GrantKind.SHOW,
                subject_id=show.id,
                by_id=by_id,
            )


def may_see(person: Person | None, show: Show) -> bool:
    return show.published_at is not None or (person is not None and may_run(person, show))


async def get_show(session: Session, show_id: UUID) -> Show:
    """Whoever asks. Raises ShowNotFound."""
    if (show := await queries.show(session, show_id)) is None:
        raise ShowNotFound
    return show


async def name_of_team(session: Session, team: Team) -> dict[str, str]:
    """Where an invitation leads to: the seller's or the host's name, the show's title. Raises
    MerchantNotFound, CreatorNotFound, ShowNotFound.
    """
    if team.kind is GrantKind.SHOW:
        title = (await get_show(session, team.subject_id)).title
        return {lang: title.get(lang, next(iter(title.values()))) for lang in LANGUAGES}
    return await merchants.name_of_team(session, team)


async def lock_show(session: Session, show_id: UUID) -> Show:
    """Whoever asks; nobody else changes it or its cues until this transaction ends. Raises
    ShowNotFound.
    """
    if (show := await queries.show(session, show_id, lock=True)) is None:
        raise ShowNotFound
    return show


async def get_shows(session: Session, show_ids: Collection[UUID]) -> dict[UUID, Show]:
    """Whoever asks; unknown ids are left out."""
    return {show.id: show for show in await queries.shows_by_id(session, show_ids)}


async def get_public_show(
    session: Session, show_id: UUID, *, person: Person | None = None, rehearsed: bool = False
) -> Show:
    """A show that this person may know of; a rehearsal only when it is asked for. Raises
    ShowNotFound.
    """
    show = _if_seen(person, await queries.show(session, show_id))
    return _unless_rehearsed(show, rehearsed)


async def find_public_show(session: Session, slug: str, *, person: Person | None = None) -> Show:
    """The same by its address, for pages and frames; never a rehearsal. Raises ShowNotFound."""
    return _unless_rehearsed(_if_seen(person, await queries.show_of_slug(session, slug)), False)


async def get_own_show(
    session: Session,
    *,
    person: Person,
    show_id: UUID,
    lock: bool = False,
    rehearsed: bool = False,
) -> Show:
    """A show that this person runs. Somebody else's is not found, so that ids tell nothing. Neither
    is a rehearsal, but where the caller says that it leaves nothing behind (decision 0020).

    Raises ShowNotFound.
    """
    show = await queries.show(session, show_id, lock=lock)
    if show is None or not may_run(person, show):
        raise ShowNotFound
    return _unless_rehearsed(show, rehearsed)


def _unless_rehearsed(show: Show, rehearsed: bool) -> Show:
    if show.state is ShowState.REHEARSAL and not rehearsed:
        raise ShowNotFound
    return show


def _if_seen(person: Person | None, show: Show | None) -> Show:
    if show is None or not may_see(person, show):
        raise ShowNotFound
    return show
