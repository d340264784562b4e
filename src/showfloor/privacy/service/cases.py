"""Suspicions that somebody is a child (trust.md CH-16): limited at once, decided by a deadline, and
each step noted in the evidence. Decision 0024 says why a single stranger's word is enough to limit.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import timedelta
from uuid import UUID

from showfloor.kit import clock, ids, outbox, sealing
from showfloor.kit.db import Database, Session
from showfloor.kit.errors import Busy
from showfloor.kit.notify import wake
from showfloor.kit.retention import kept_for
from showfloor.privacy.errors import AlreadyAppealed, CaseNotFound, DecisionIncomplete
from showfloor.privacy.events import AccountLimited
from showfloor.privacy.queries import cases as queries
from showfloor.privacy.rules import cases as rules
from showfloor.privacy.service import evidence
from showfloor.privacy.service.policy import suspicion_policy
from showfloor.privacy.types.cases import (
    About,
    AgeCase,
    CaseState,
    Closing,
    Concern,
    Decision,
    Figures,
    Sayings,
    Suspicion,
)
from showfloor.privacy.types.evidence import Actor, Event, Facts, Note

log = logging.getLogger("showfloor.privacy")
CASES = "suspicions"
"""The name under which the worker is woken when somebody is to be erased."""
FIGURES_OF = timedelta(days=90)
KEPT_FOR = kept_for("suspicion")
_concerns: dict[About, Concern] = {}
_sayings: list[Sayings] = []


def register_concern(concern: Concern) -> None:
    """Each kind once."""
    if _concerns.get(concern.about, concern) is not concern:
        raise ValueError(f"two modules know {concern.about.value}")
    _concerns[concern.about] = concern


def register_sayings(sayings: Sayings) -> None:
    """Twice is once."""
    if sayings not in _sayings:
        _sayings.append(sayings)


async def report_suspicion(session: Session, said: Suspicion) -> None:
    """Limit somebody to the youngest band at once, and open a case about them. Answers nothing, not
    even whether there is such a person: whoever reports learns nothing about them.

    What is said again of somebody whom an operator found to be an adult is counted alone, as the
    policy says of whom.
    """
    policy, now = suspicion_policy(clock.now()), clock.now()
    # The case is locked before the person: two who wait for each other would both fail. A report
    # that waited here while the case was decided finds that decision behind it.
    case = await queries.add_case(session, ids.new(), said, now, now + policy.decide_within)
    facts: Facts = {"about": said.about.value, "source": said.source.value}
    if case.reports > 1:
        # Counted: a crowd of visitors, or one of a team again and again, would fill the evidence.
        if said.by is not Actor.VISITOR and not await evidence.is_noted(
            session, _entry(case, Event.REPORTED, said.by, facts)
        ):
            await _note(session, case, Event.REPORTED, said.by, facts)
        return
    before = await queries.last_closed(session, said)
    if before is not None and rules.is_quiet(policy, before, said.by, now):
        await queries.delete_case(session, case.id)
        await queries.count_report(session, before.id)
        return
    if not await _concerns[said.about].limit(session, said.subject_id):
        await queries.delete_case(session, case.id)
        return
    await _note(session, case, Event.REPORTED, said.by, facts)
    hours = int(policy.decide_within.total_seconds() // 3600)
    await _note(session, case, Event.LIMITED, Actor.WORKER, {"decide_within_hours": hours})
    if case.about is About.ACCOUNT:
        await outbox.publish(session, AccountLimited(case.id))


async def list_open_cases(session: Session) -> list[AgeCase]:
    """What waits for a decision, the nearest deadline first."""
    return await queries.open_cases(session)


async def list_of_account(session: Session, viewer_id: UUID) -> list[AgeCase]:
    """The oldest first, also those that were decided."""
    return await queries.list_of(session, About.ACCOUNT, viewer_id)


async def get_case_figures(session: Session) -> Figures:
    return rules.figures(await queries.decided_since(session, clock.now() - FIGURES_OF))


async def find_open_case(session: Session, *, about: About, subject_id: UUID) -> AgeCase | None:
    """The case that limits this person, for themselves."""
    return await queries.open_case_of(session, about, subject_id)


async def get_open_case(session: Session, case_id: UUID) -> AgeCase | None:
    """None once it is decided or forgotten."""
    case = await queries.lock_case(session, case_id)
    return case if case is not None and case.state is CaseState.OPEN else None


async def review_case(session: Session, *, case_id: UUID) -> list[str]:
    """An operator looks at it, and reads what the person said lately, which is noted each time.
    From the first time on the time that they take is counted. Raises CaseNotFound.
    """
    case = await _lock_open(session, case_id)
    assert case.subject_id is not None, "an open case has somebody"
    if case.reviewed_at is None:
        await queries.change_case(session, case.id, reviewed_at=clock.now())
    said = [text for read in _sayings for text in await read(session, case.about, case.subject_id)]
    await _note(session, case, Event.REVIEWED, Actor.OPERATOR, {"messages_read": len(said)})
    return said


async def read_contact(session: Session, *, case_id: UUID, reason: str, secret: str) -> str | None:
    """How to reach the person, for one of the reasons of the policy, which is noted; None for whom
    nobody can reach. Raises CaseNotFound, DecisionIncomplete.
    """
    case = await _lock_open(session, case_id)
    if reason not in suspicion_policy(clock.now()).contact_reasons:
        raise DecisionIncomplete(extra={"lacks": "reason"})
    assert case.subject_id is not None, "an open case has somebody"
    found = await _concerns[case.about].contact(session, case.subject_id, secret)
    await _note(session, case, Event.CONTACT_READ, Actor.OPERATOR, {"reason": reason})
    return found


async def appeal(session: Session, *, about: About, subject_id: UUID, proof: str) -> AgeCase:
    """The person asks to be looked at, and says what they can show. Raises CaseNotFound,
    AlreadyAppealed, DecisionIncomplete for a class of proof that the policy does not know.
    """
    case = await queries.open_case_of(session, about, subject_id)
    if case is None or case.state is not CaseState.OPEN:
        raise CaseNotFound
    if proof not in suspicion_policy(clock.now()).proofs:
        raise DecisionIncomplete(extra={"lacks": "proof"})
    if case.appealed_at is not None:
        raise AlreadyAppealed
    await queries.change_case(session, case.id, appealed_at=clock.now(), proof=proof)
    await _note(session, case, Event.APPEALED, Actor.PERSON, {"proof": proof})
    return case


async def decide_case(session: Session, *, case_id: UUID, closing: Closing, secret: str) -> None:
    """Close a case: an adult has everything back, a child is suspended and erased. Raises
    CaseNotFound, also for one that somebody else closed; DecisionIncomplete.
    """
    case = await _lock_open(session, case_id)
    if lacks := rules.problem_of_closing(suspicion_policy(clock.now()), closing):
        raise DecisionIncomplete(extra={"lacks": lacks})
    salt = os.urandom(16)
    facts: dict[str, str | int] = {
        "decision": closing.decision.value,
        "reason": closing.reason,
        "words_sha256": rules.digest_of_words(salt, closing.words),
        "reports": case.reports,
        "open_seconds": _seconds(clock.now() - case.opened_at),
        **({"proof": closing.proof} if closing.proof else {}),
        **(
            {"review_seconds": _seconds(clock.now() - case.reviewed_at)} if case.reviewed_at else {}
        ),
    }
    sealed = sealing.seal(secret, json.dumps(closing.words), owner=case.id.bytes)
    await queries.change_case(
        session, case.id, proof=closing.proof, words=sealed, salt=salt, reason=closing.reason
    )
    await _decided(session, case, closing.decision, Actor.OPERATOR, Event.DECIDED, facts)


async def carry_out_cases(database: Database, *, secret: str) -> None:
    """What is due: cases beyond their deadline are decided as the policy says, suspend and purge;
    of those who are to be erased the next step is done. Each in a transaction of its own.

    Raises Busy at once, and ExceptionGroup after the last when some failed.
    """
    async with database.session() as session:
        due = await queries.to_carry_out(session, clock.now())
    failed: list[Exception] = []
    for case_id in due:
        try:
            async with database.session() as session:
                await _step(session, case_id, secret)
        except Busy:
            raise
        except Exception as error:
            # Nobody else waits for it.
            log.exception("case %s failed", ids.encode("case", case_id))
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(due)} cases failed", failed)


async def forget_old_cases(session: Session) -> int:
    """One batch of cases that are over; how many went."""
    return await queries.delete_old(session, clock.now(), KEPT_FOR)


async def forget_subject(session: Session, about: About, subject_id: UUID) -> None:
    """The person was erased, by whomever: nothing of their cases leads to them any more."""
    for case in await queries.list_of(session, about, subject_id, lock=True):
        if case.state is not CaseState.CLOSED:
            await _purged(session, case, 0)
        else:
            await queries.forget_person(session, subject_id)


async def _step(session: Session, case_id: UUID, secret: str) -> None:
    """Anew by the rows of now: somebody may have decided meanwhile."""
    case = await queries.lock_case(session, case_id)
    if case is None or case.state is CaseState.CLOSED:
        return
    if case.state is CaseState.OPEN:
        if case.due_at > clock.now():
            return
        late = {"reports": case.reports, "open_seconds": _seconds(clock.now() - case.opened_at)}
        await queries.change_case(session, case.id, reason=rules.OVERDUE)
        await _decided(session, case, Decision.CHILD, Actor.WORKER, Event.OVERDUE, late)
        return
    assert case.subject_id is not None, "it leads to the person until they are erased"
    rows = await _concerns[case.about].purge(session, case.subject_id, secret)
    if rows is not None:
        await _purged(session, case, rows)


async def _decided(
    session: Session, case: AgeCase, decision: Decision, by: Actor, event: Event, facts: Facts
) -> None:
    assert case.subject_id is not None, "an open case has somebody"
    is_adult = decision is Decision.ADULT
    state = CaseState.CLOSED if is_adult else CaseState.PURGING
    await queries.change_case(
        session,
        case.id,
        decision=decision.value,
        decided_at=clock.now(),
        state=state.value,
    )
    if is_adult:
        await _concerns[case.about].lift(session, case.subject_id)
    else:
        wake(session, CASES)
    await _note(session, case, event, by, facts)
    await _note(session, case, Event.LIFTED if is_adult else Event.SUSPENDED, Actor.WORKER)


async def _purged(session: Session, case: AgeCase, rows: int) -> None:
    await queries.change_case(session, case.id, state=CaseState.CLOSED.value)
    if case.decided_at is None:
        # They asked for it themselves.
        await queries.change_case(session, case.id, decided_at=clock.now(), reason=rules.ERASED)
    await _forget(session, case)
    await _note(session, case, Event.PURGED, Actor.WORKER, {"rows": rows})


async def _forget(session: Session, case: AgeCase) -> None:
    """The sentence may say who it was; its hash says nothing without the salt."""
    await queries.change_case(session, case.id, subject_id=None, words=None, salt=None)


async def _lock_open(session: Session, case_id: UUID) -> AgeCase:
    case = await queries.lock_case(session, case_id)
    if case is None or case.state is not CaseState.OPEN:
        raise CaseNotFound
    return case


async def _note(
    session: Session, case: AgeCase, event: Event, by: Actor, facts: Facts | None = None
) -> None:
    await evidence.note_evidence(session, _entry(case, event, by, facts or {}))


def _entry(case: AgeCase, event: Event, by: Actor, facts: Facts) -> Note:
    return Note(event, by, ids.encode("case", case.id), suspicion_policy(clock.now()).mark, facts)


def _seconds(time: timedelta) -> int:
    return max(0, int(time.total_seconds()))
