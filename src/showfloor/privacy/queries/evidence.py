"""SQL of the evidence."""

from __future__ import annotations

from sqlalchemy import exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from showfloor.kit.db import Session
from showfloor.privacy.models import EvidenceHeadRow, EvidenceRow
from showfloor.privacy.rules.evidence import START
from showfloor.privacy.types.evidence import EvidenceEntry, EvidenceHead


async def lock_head(session: Session) -> EvidenceHead:
    """Where the chain ends; until the transaction ends nobody else appends."""
    first = insert_or(EvidenceHeadRow).values(one=True, number=START.number, digest=START.digest)
    await session.execute(first.on_conflict_do_nothing())
    row = (await session.execute(select(EvidenceHeadRow).with_for_update())).scalar_one()
    await session.refresh(row)
    return EvidenceHead(row.number, row.digest)


async def head(session: Session) -> EvidenceHead:
    """Where the chain ends."""
    chosen = select(EvidenceHeadRow.number, EvidenceHeadRow.digest)
    row = (await session.execute(chosen)).first()
    return EvidenceHead(row.number, row.digest) if row else START


async def add_entry(session: Session, new: EvidenceEntry) -> None:
    await session.execute(
        insert(EvidenceRow).values(
            number=new.number,
            at=new.at,
            event=new.event,
            actor=new.actor,
            subject=new.subject,
            policy=new.policy,
            facts=new.facts,
            previous=new.previous,
            digest=new.digest,
        )
    )
    await session.execute(update(EvidenceHeadRow).values(number=new.number, digest=new.digest))


async def has_entry(session: Session, like: EvidenceEntry) -> bool:
    """With this event, actor, subject and facts."""
    same = (
        (EvidenceRow.subject == like.subject)
        & (EvidenceRow.event == like.event)
        & (EvidenceRow.actor == like.actor)
        & (EvidenceRow.facts == like.facts)
    )
    return bool((await session.execute(select(exists().where(same)))).scalar_one())


async def entries_after(session: Session, number: int | None, limit: int) -> list[EvidenceEntry]:
    """In the order of their numbers; from the first one where `number` is None."""
    columns = EvidenceRow.__table__.columns
    chosen = select(*columns).order_by(EvidenceRow.number).limit(limit)
    if number is not None:
        chosen = chosen.where(EvidenceRow.number > number)
    return [EvidenceEntry(*row) for row in await session.execute(chosen)]
