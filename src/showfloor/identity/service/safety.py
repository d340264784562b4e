"""What operators see and decide of suspicions, requests and the gate."""

from __future__ import annotations

from uuid import UUID

from showfloor.identity import queries, rules
from showfloor.identity.errors import Forbidden
from showfloor.identity.service.security_log import record
from showfloor.identity.types import Person, Safety, SecurityEvent
from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.privacy import service as privacy
from showfloor.privacy.types.cases import Closing


async def get_safety(session: Session, *, person: Person) -> Safety:
    """Raises Forbidden."""
    _check_operator(person)
    counts = await queries.counts(session)
    return Safety(
        cases=tuple(await privacy.list_open_cases(session)),
        figures=await privacy.get_case_figures(session),
        requests=tuple(await privacy.list_open(session)),
        gate=rules.door_counts(counts, clock.now()),
        policy=privacy.suspicion_policy(clock.now()),
    )


async def review_case(session: Session, *, person: Person, case_id: UUID) -> list[str]:
    """What the person said lately. Raises Forbidden, CaseNotFound."""
    _check_operator(person)
    return await privacy.review_case(session, case_id=case_id)


async def read_contact(
    session: Session, *, person: Person, case_id: UUID, reason: str, secret: str
) -> str | None:
    """Raises Forbidden, CaseNotFound, DecisionIncomplete."""
    _check_operator(person)
    found = await privacy.read_contact(session, case_id=case_id, reason=reason, secret=secret)
    await _record(session, SecurityEvent.CONTACT_READ, person, case_id)
    return found


async def decide_case(
    session: Session, *, person: Person, case_id: UUID, closing: Closing, secret: str
) -> None:
    """Raises Forbidden, CaseNotFound, DecisionIncomplete."""
    _check_operator(person)
    await privacy.decide_case(session, case_id=case_id, closing=closing, secret=secret)
    await _record(session, SecurityEvent.CASE_DECIDED, person, case_id)


def _check_operator(person: Person) -> None:
    """Raises Forbidden."""
    if not person.is_operator:
        raise Forbidden


async def _record(session: Session, event: SecurityEvent, person: Person, case_id: UUID) -> None:
    # The evidence says in which role; who of the operators it was is in the log of accounts.
    await record(session, event, person_id=person.id, about=ids.encode("case", case_id))
