"""Accounts whose owner somebody takes for a child (`privacy`, suspicions)."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import service as identity
from showfloor.identity.types import CollectionPoint
from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.privacy import service as privacy
from showfloor.privacy.types import RequestKind, Subject
from showfloor.privacy.types.cases import About, AgeCase, Source, Suspicion
from showfloor.privacy.types.evidence import Actor
from showfloor.viewers import queries
from showfloor.viewers.service.opening import find_by_address, open_viewer
from showfloor.viewers.types import Viewer


async def limit(session: Session, viewer_id: UUID) -> bool:
    """From the next request of any of its sessions on. False when there is no such account."""
    return await queries.set_limited(session, viewer_id, clock.now())


async def lift(session: Session, viewer_id: UUID) -> None:
    """What was said when the account was made holds again."""
    await queries.set_limited(session, viewer_id, None)


async def purge(session: Session, viewer_id: UUID, secret: str) -> int | None:
    """Sign them out and ask for an erasure as they could themselves, which goes on until nothing
    waits and forgets the case's subject at its end; 0 where there is nobody any more.
    """
    if not await queries.lock_viewer(session, viewer_id):
        return 0 if await privacy.is_erased(session, viewer_id) else None
    found = await queries.viewer_by_id(session, viewer_id)
    assert found is not None, "locked"
    viewer = open_viewer(secret, *found)
    await privacy.ask(
        session,
        secret=secret,
        kind=RequestKind.ERASE,
        subject=Subject(viewer.email, viewer.id),
    )
    await queries.remove_sessions_of(session, viewer.id)
    return None


async def contact(session: Session, viewer_id: UUID, secret: str) -> str | None:
    """The address of the account."""
    found = await queries.viewer_by_id(session, viewer_id)
    return open_viewer(secret, *found).email if found else None


def check(viewer: Viewer) -> None:
    """For what an account may that nobody else can: be reminded, keep addresses. Raises
    AccountLimited.
    """
    if viewer.age.is_limited:
        identity.check_limited(CollectionPoint.VIEWER_ACCOUNT)


async def find_case(session: Session, *, viewer: Viewer) -> AgeCase | None:
    """Why this account is limited; None where it is not."""
    if not viewer.age.is_limited:
        return None
    return await privacy.find_open_case(session, about=About.ACCOUNT, subject_id=viewer.id)


async def find_limited(session: Session, *, secret: str, viewer_id: UUID) -> Viewer | None:
    """None when the account is gone or not limited any more."""
    found = await queries.viewer_by_id(session, viewer_id)
    if found is None:
        return None
    viewer = open_viewer(secret, *found)
    return viewer if viewer.age.is_limited else None


async def appeal(session: Session, *, viewer: Viewer, proof: str) -> None:
    """Raises CaseNotFound, AlreadyAppealed, DecisionIncomplete."""
    await privacy.appeal(session, about=About.ACCOUNT, subject_id=viewer.id, proof=proof)


async def report_address(session: Session, *, secret: str, email: str) -> None:
    """An operator says that the owner of an account may be a child; answers the same whether the
    address, in lower case, has one or not.
    """
    viewer = await find_by_address(session, secret=secret, email=email)
    if viewer is not None:
        said = Suspicion(About.ACCOUNT, viewer.id, Source.OPERATOR, Actor.OPERATOR)
        await privacy.report_suspicion(session, said)
