"""All SQL of `merchants`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from showfloor.kit.db import Connection, Session, fetch
from showfloor.merchants.models import (
    CreatorCodeRow,
    CreatorRow,
    MerchantRow,
    OriginRow,
    PartnershipRow,
    SellerTermsRow,
)
from showfloor.merchants.types import (
    Creator,
    CreatorCode,
    Identity,
    Merchant,
    ReturnPayer,
    SellerTerms,
    TermsKind,
    TermsName,
    WayBack,
)


async def add_merchant(session: Session, merchant: Merchant) -> bool:
    """A new seller; False when the slug is taken."""
    new = (
        insert(MerchantRow)
        .values(**asdict(merchant))
        .on_conflict_do_nothing(index_elements=["slug"])
    )
    return (await session.execute(new.returning(MerchantRow.id))).first() is not None


async def merchants(session: Session, ids: Iterable[UUID]) -> dict[UUID, Merchant]:
    """Sellers by id; unknown ids are left out."""
    rows = await session.execute(select(MerchantRow).where(MerchantRow.id.in_(list(ids))))
    return {row.id: _merchant(row) for row in rows.scalars()}


async def merchant_of_slug(session: Session, slug: str) -> Merchant | None:
    """The seller with a short name."""
    row = (
        await session.execute(select(MerchantRow).where(MerchantRow.slug == slug))
    ).scalar_one_or_none()
    return _merchant(row) if row else None


def _merchant(row: MerchantRow) -> Merchant:
    return Merchant(
        row.id,
        row.slug,
        row.name,
        row.about,
        row.avatar_url,
        row.order_prefix,
        cast(Identity, row.identity) if row.identity else None,
    )


async def set_identity(session: Session, merchant_id: UUID, identity: Identity) -> None:
    """Who the seller is from now on; orders keep what was said when they were placed."""
    await session.execute(
        update(MerchantRow).where(MerchantRow.id == merchant_id).values(identity=identity)
    )


async def add_creator(session: Session, creator: Creator) -> None:
    """A new host."""
    session.add(CreatorRow(id=creator.id, name=creator.name, avatar_url=creator.avatar_url))
    await session.flush()


async def creators(session: Session, ids: Iterable[UUID]) -> dict[UUID, Creator]:
    """Hosts by id; unknown ids are left out."""
    rows = await session.execute(select(CreatorRow).where(CreatorRow.id.in_(list(ids))))
    return {row.id: Creator(row.id, row.name, row.avatar_url) for row in rows.scalars()}


async def lock_creator(session: Session, creator_id: UUID) -> bool:
    """Whether there is this creator. Others who change its codes wait until this transaction
    ends.
    """
    chosen = select(CreatorRow.id).where(CreatorRow.id == creator_id)
    return (await session.execute(chosen.with_for_update(key_share=True))).first() is not None


async def add_code(session: Session, new: CreatorCode) -> bool:
    """False when somebody has it or had it."""
    values = {"code": new.text, "creator_id": new.creator_id, "made_at": new.made_at}
    row = insert(CreatorCodeRow).values(values).on_conflict_do_nothing()
    return (await session.execute(row.returning(CreatorCodeRow.code))).first() is not None


async def codes_of(session: Session, creator_id: UUID) -> list[CreatorCode]:
    """Oldest first, those that ended too."""
    chosen = select(CreatorCodeRow).where(CreatorCodeRow.creator_id == creator_id)
    rows = await session.execute(chosen.order_by(CreatorCodeRow.made_at, CreatorCodeRow.code))
    return [
        CreatorCode(row.code, row.creator_id, row.made_at, row.ended_at) for row in rows.scalars()
    ]


async def end_code(session: Session, creator_id: UUID, code: str, now: datetime) -> bool:
    """False where the creator has no such code that leads anywhere."""
    own = update(CreatorCodeRow).where(
        CreatorCodeRow.creator_id == creator_id,
        CreatorCodeRow.code == code,
        CreatorCodeRow.ended_at.is_(None),
    )
    done = await session.execute(own.values(ended_at=now).returning(CreatorCodeRow.code))
    return done.first() is not None


async def creator_of_code(connection: Connection, code: str) -> UUID | None:
    """To whom a code leads now."""
    rows = await fetch(
        connection,
        "select creator_id from creator_code where code = %(code)s and ended_at is null",
        {"code": code},
    )
    return rows[0][0] if rows else None


async def add_origin(session: Session, merchant_id: UUID, origin: str) -> None:
    """Registering twice is registering once."""
    await session.execute(
        insert(OriginRow).values(merchant_id=merchant_id, origin=origin).on_conflict_do_nothing()
    )


async def lock_merchant(session: Session, merchant_id: UUID) -> bool:
    """Whether there is this seller. Others who change it wait until this transaction ends."""
    chosen = select(MerchantRow.id).where(MerchantRow.id == merchant_id)
    return (await session.execute(chosen.with_for_update(key_share=True))).first() is not None


async def remove_origin(session: Session, merchant_id: UUID, origin: str) -> None:
    """The site may not frame shows any more."""
    await session.execute(
        delete(OriginRow).where(OriginRow.merchant_id == merchant_id, OriginRow.origin == origin)
    )


async def origins(session: Session, merchant_ids: Iterable[UUID]) -> list[str]:
    """The union of what these sellers registered, sorted."""
    chosen = select(OriginRow.origin).where(OriginRow.merchant_id.in_(list(merchant_ids)))
    return list((await session.execute(chosen.distinct().order_by(OriginRow.origin))).scalars())


async def add_partnership(session: Session, merchant_id: UUID, creator_id: UUID) -> None:
    """Agreeing twice is agreeing once."""
    row = insert(PartnershipRow).values(merchant_id=merchant_id, creator_id=creator_id)
    await session.execute(row.on_conflict_do_nothing())


async def remove_partnership(session: Session, merchant_id: UUID, creator_id: UUID) -> None:
    """The creator may not show these products any more."""
    await session.execute(
        delete(PartnershipRow).where(
            PartnershipRow.merchant_id == merchant_id, PartnershipRow.creator_id == creator_id
        )
    )


async def partners_of_merchant(session: Session, merchant_id: UUID) -> list[Creator]:
    """The creators who may show a merchant's products, oldest first."""
    allowed = select(PartnershipRow.creator_id).where(PartnershipRow.merchant_id == merchant_id)
    found = await creators(session, (await session.execute(allowed)).scalars())
    return sorted(found.values(), key=lambda creator: creator.id)


async def partners_of(session: Session, creator_id: UUID) -> frozenset[UUID]:
    """The merchants whose products a creator may show."""
    chosen = select(PartnershipRow.merchant_id).where(PartnershipRow.creator_id == creator_id)
    return frozenset((await session.execute(chosen)).scalars())


_NAME = (
    SellerTermsRow.id,
    SellerTermsRow.merchant_id,
    SellerTermsRow.kind,
    SellerTermsRow.way_back,
)
"""A version without its words."""
_NEWEST_FIRST = (SellerTermsRow.merchant_id, SellerTermsRow.kind, SellerTermsRow.version.desc())


async def add_terms(session: Session, terms: SellerTerms) -> None:
    """One more version."""
    await session.execute(
        insert(SellerTermsRow).values(
            id=terms.id,
            merchant_id=terms.merchant_id,
            kind=terms.kind.value,
            version=terms.version,
            since=terms.since,
            words=terms.words,
            way_back=terms.way_back,
        )
    )


async def newest_terms(session: Session, merchant_ids: Collection[UUID]) -> list[SellerTerms]:
    """The newest version of each kind of each of these merchants."""
    newest = (
        select(SellerTermsRow)
        .where(SellerTermsRow.merchant_id.in_(merchant_ids))
        .order_by(*_NEWEST_FIRST)
        .ext(distinct_on(SellerTermsRow.merchant_id, SellerTermsRow.kind))
    )
    return [_terms(row) for row in (await session.execute(newest)).scalars()]


async def newest_terms_names(session: Session, merchant_ids: Collection[UUID]) -> list[TermsName]:
    """As `newest_terms`, without the words."""
    newest = (
        select(*_NAME)
        .where(SellerTermsRow.merchant_id.in_(merchant_ids))
        .order_by(*_NEWEST_FIRST)
        .ext(distinct_on(SellerTermsRow.merchant_id, SellerTermsRow.kind))
    )
    return [_name(*row) for row in await session.execute(newest)]


async def terms_by_id(session: Session, terms_ids: Collection[UUID]) -> list[SellerTerms]:
    """Versions, whosever they are."""
    chosen = select(SellerTermsRow).where(SellerTermsRow.id.in_(terms_ids))
    return [_terms(row) for row in (await session.execute(chosen)).scalars()]


async def terms_names_by_id(session: Session, terms_ids: Collection[UUID]) -> list[TermsName]:
    """As `terms_by_id`, without the words."""
    chosen = select(*_NAME).where(SellerTermsRow.id.in_(terms_ids))
    return [_name(*row) for row in await session.execute(chosen)]


def _name(
    terms_id: UUID, merchant_id: UUID, kind: str, way_back: Mapping[str, str] | None
) -> TermsName:
    return TermsName(terms_id, merchant_id, TermsKind(kind), way_back=_way_back(way_back))


def _terms(row: SellerTermsRow) -> SellerTerms:
    return SellerTerms(
        row.id,
        row.merchant_id,
        TermsKind(row.kind),
        row.version,
        row.since,
        row.words,
        way_back=_way_back(row.way_back),
    )


def _way_back(stored: Mapping[str, str] | None) -> WayBack | None:
    if stored is None:
        return None
    return {"payer": ReturnPayer(stored["payer"]), "address": stored["address"]}
