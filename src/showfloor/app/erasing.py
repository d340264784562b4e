"""How an operator erases somebody who cannot do it themselves: who was of a team, who bought as a
guest, who does not get into their account any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from showfloor.app.wiring import connect_erasers
from showfloor.identity import service as identity
from showfloor.identity.errors import PersonNotFound
from showfloor.identity.types import Person
from showfloor.kit.db import Session
from showfloor.privacy import service as privacy
from showfloor.privacy.types import RequestKind, Subject
from showfloor.viewers import service as viewers


@dataclass(frozen=True, slots=True)
class Erased:
    """`rows` by module. `waiting` names those that spared something, because it is still to be sent
    or paid; `has_account` where the worker erases an account as a viewer besides.
    """

    rows: Mapping[str, int]
    waiting: tuple[str, ...]
    has_account: bool


class StillInTeam(Exception):
    """Whoever belongs to a team would leave it without somebody, perhaps without an owner."""


async def erase(session: Session, *, secret: str, email: str) -> Erased:
    """GDPR art 17; `email` in lower case. Raises StillInTeam, changing nothing."""
    connect_erasers()
    try:
        person = await identity.find_person(session, email=email)
    except PersonNotFound:
        person = None
    if person is not None and _is_in_team(person):
        raise StillInTeam
    viewer = await viewers.find_by_address(session, secret=secret, email=email)
    if viewer is not None:
        await viewers.lock_viewer(session, viewer=viewer)
        await privacy.ask(
            session,
            secret=secret,
            kind=RequestKind.ERASE,
            subject=Subject(email, viewer.id),
        )
        await viewers.end_sessions(session, viewer=viewer)
    subject = Subject(email)
    rows = await privacy.erase(session, subject)
    return Erased(rows, tuple(await privacy.waiting(session, subject)), viewer is not None)


def _is_in_team(person: Person) -> bool:
    return bool(person.grants)
