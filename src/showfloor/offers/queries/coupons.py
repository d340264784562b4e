"""SQL of coupons. Who changes how many of a coupon are taken has locked its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from showfloor.kit.db import BATCH, Connection, Parameters, Session, fetch, write
from showfloor.offers.models import CouponClaimRow, CouponRow
from showfloor.offers.types import (
    Claim,
    ClaimState,
    Coupon,
    CouponCounts,
    CouponKind,
    CouponState,
)

_PLAIN = (
    "id",
    "show_id",
    "merchant_id",
    "name",
    "value",
    "currency",
    "minimum",
    "floor",
    "quota",
    "per_person",
    "first_order",
    "followers",
    "valid_s",
    "valid_until",
    "keep_s",
    "agreed",
    "created_at",
    "opened_at",
    "closed_at",
    "ends_at",
    "taken",
    "salt",
    "terms",
)
"""Fields whose column has the same name and value."""


def read_coupon(row: Mapping[str, Any]) -> Coupon:
    salt = row["salt"]
    return Coupon(
        **{**{name: row[name] for name in _PLAIN}, "salt": None if salt is None else bytes(salt)},
        kind=CouponKind(row["kind"]),
        state=CouponState(row["state"]),
        product_ids=tuple(row["product_ids"]),
    )


def _columns(coupon: Coupon) -> Parameters:
    return {
        **{name: getattr(coupon, name) for name in _PLAIN},
        "kind": coupon.kind.value,
        "state": coupon.state.value,
        "product_ids": list(coupon.product_ids),
    }


async def add_coupon(session: Session, coupon: Coupon) -> None:
    await session.execute(insert(CouponRow).values(_columns(coupon)))


async def save_coupon(session: Session, coupon: Coupon) -> None:
    """All of it; the caller has locked it."""
    await session.execute(
        update(CouponRow).where(CouponRow.id == coupon.id).values(_columns(coupon))
    )


async def coupon(session: Session, coupon_id: UUID, *, lock: bool = False) -> Coupon | None:
    chosen = select(CouponRow).where(CouponRow.id == coupon_id)
    found = await _coupons(session, chosen.with_for_update() if lock else chosen)
    return found[0] if found else None


async def coupons_of_show(session: Session, show_id: UUID) -> list[Coupon]:
    """Those that were not given up, in the order in which they were planned."""
    chosen = select(CouponRow).where(
        CouponRow.show_id == show_id, CouponRow.state != CouponState.CANCELLED.value
    )
    return await _coupons(session, chosen.order_by(CouponRow.created_at, CouponRow.id))


async def shown_of_show(session: Session, show_id: UUID) -> Coupon | None:
    """The newest that was opened."""
    chosen = select(CouponRow).where(CouponRow.show_id == show_id, CouponRow.opened_at.is_not(None))
    found = await _coupons(session, chosen.order_by(CouponRow.opened_at.desc()).limit(1))
    return found[0] if found else None


async def asked_of(session: Session, merchant_ids: Collection[UUID]) -> list[Coupon]:
    """Those of these sellers' goods that are planned, with their yes or without, or open."""
    chosen = select(CouponRow).where(
        CouponRow.merchant_id.in_(merchant_ids),
        CouponRow.state.in_([CouponState.PLANNED.value, CouponState.OPEN.value]),
    )
    return await _coupons(session, chosen.order_by(CouponRow.created_at, CouponRow.id))


async def due(session: Session) -> list[UUID]:
    """Coupons that are over, or of which somebody has not used one in time."""
    now = func.clock_timestamp()
    late = exists().where(
        CouponClaimRow.coupon_id == CouponRow.id,
        CouponClaimRow.state == ClaimState.CLAIMED.value,
        CouponClaimRow.until <= now,
    )
    chosen = select(CouponRow.id).where(
        CouponRow.state.in_([CouponState.OPEN.value, CouponState.CLOSED.value]),
        or_(CouponRow.ends_at <= now, late),
    )
    return list((await session.execute(chosen.order_by(CouponRow.id))).scalars())


async def _coupons(session: Session, chosen: Select[CouponRow]) -> list[Coupon]:
    rows = await session.execute(chosen.execution_options(populate_existing=True))
    return [read_coupon(vars(row)) for row in rows.scalars()]


async def database_now(session: Session) -> datetime:
    """Of the clock by which coupons are claimed and used."""
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def counts(session: Session, coupon_ids: Collection[UUID]) -> dict[UUID, CouponCounts]:
    """Counted, not what a column says."""
    held = CouponClaimRow.state != ClaimState.LAPSED.value
    used = CouponClaimRow.state == ClaimState.USED.value
    rows = await session.execute(
        select(
            CouponClaimRow.coupon_id,
            func.count().filter(held).label("claimed"),
            func.count().filter(used).label("used"),
        )
        .where(CouponClaimRow.coupon_id.in_(coupon_ids))
        .group_by(CouponClaimRow.coupon_id)
    )
    return {row.coupon_id: CouponCounts(row.claimed, row.used) for row in rows}


async def claim_of_person(session: Session, coupon_id: UUID, person: str) -> Claim | None:
    """The newest that is not used up and has not lapsed."""
    chosen = select(CouponClaimRow).where(
        CouponClaimRow.coupon_id == coupon_id,
        CouponClaimRow.person == person,
        CouponClaimRow.state.in_([ClaimState.CLAIMED.value, ClaimState.PAYING.value]),
        CouponClaimRow.until > func.clock_timestamp(),
    )
    row = (await session.execute(chosen.order_by(CouponClaimRow.id.desc()).limit(1))).scalar()
    return None if row is None else read_claim(vars(row))


async def end_claims(session: Session, coupon_id: UUID) -> None:
    """The coupon is over: what is not used lapses, and nobody is known by a pseudonym any more. One
    whose payment is under way ends with that.
    """
    await session.execute(
        update(CouponClaimRow)
        .where(
            CouponClaimRow.coupon_id == coupon_id, CouponClaimRow.state == ClaimState.CLAIMED.value
        )
        .values(state=ClaimState.LAPSED.value)
    )
    await session.execute(
        update(CouponClaimRow)
        .where(CouponClaimRow.coupon_id == coupon_id)
        .values(person=None, client=None, buyer=None)
    )


async def forget_claimants(session: Session, before: datetime) -> int:
    """A batch of claims that were made before `before` lose who made them; how many did."""
    known = or_(
        CouponClaimRow.person.is_not(None),
        CouponClaimRow.client.is_not(None),
        CouponClaimRow.buyer.is_not(None),
    )
    old = select(CouponClaimRow.id).where(CouponClaimRow.claimed_at < before, known)
    chosen = old.limit(BATCH).with_for_update(skip_locked=True).cte("chosen")
    forgotten = (
        update(CouponClaimRow)
        .where(CouponClaimRow.id.in_(select(chosen)))
        .values(person=None, client=None, buyer=None)
        .returning(CouponClaimRow.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.execute(forgotten)).all())


async def count_taken(session: Session, coupon_id: UUID) -> int:
    counted = select(func.count()).where(
        CouponClaimRow.coupon_id == coupon_id, CouponClaimRow.state != ClaimState.LAPSED.value
    )
    return int((await session.execute(counted)).scalar_one())


async def count_paying(session: Session, coupon_id: UUID) -> int:
    counted = select(func.count()).where(
        CouponClaimRow.coupon_id == coupon_id, CouponClaimRow.state == ClaimState.PAYING.value
    )
    return int((await session.execute(counted)).scalar_one())


def read_claim(row: Mapping[str, Any]) -> Claim:
    return Claim(
        row["id"],
        row["coupon_id"],
        row["person"] or "",
        ClaimState(row["state"]),
        row["claimed_at"],
        row["until"],
        row["checkout_id"],
        row["payment_id"],
    )


@dataclass(frozen=True, slots=True)
class LockedCoupon:
    """A coupon that nobody else changes until this transaction ends; `at` is the database's clock,
    read after the lock was got.
    """

    coupon: Coupon
    at: datetime


FIELDS = (*_PLAIN, "kind", "state", "product_ids")
SELECTED: LiteralString = """
coupon.id, coupon.show_id, coupon.merchant_id, coupon.name, coupon.value, coupon.currency,
  coupon.minimum, coupon.floor, coupon.quota, coupon.per_person, coupon.first_order,
  coupon.followers, coupon.valid_s, coupon.valid_until, coupon.keep_s, coupon.agreed,
  coupon.created_at, coupon.opened_at, coupon.closed_at, coupon.ends_at, coupon.taken, coupon.salt,
  coupon.terms, coupon.kind, coupon.state, coupon.product_ids
"""
# The clock is read after the lock was got.
_LOCK: LiteralString = """
with coupon as materialized (select * from coupon where id = %(id)s for update)
select {selected}, clock_timestamp() from coupon
""".replace("{selected}", SELECTED)


async def lock_coupon(connection: Connection, coupon_id: UUID) -> LockedCoupon | None:
    """For whoever claims."""
    rows = await fetch(connection, _LOCK, {"id": coupon_id})
    if not rows:
        return None
    *values, now = rows[0]
    return LockedCoupon(read_coupon(dict(zip(FIELDS, values, strict=True))), now)


async def lapse_due(connection: Connection, coupon_id: UUID) -> int:
    """Claims that were not used in time; how many. Needs the coupon's lock."""
    rows = await fetch(
        connection,
        """
        update coupon_claim set state = 'lapsed'
        where coupon_id = %(coupon)s and state = 'claimed' and until <= clock_timestamp()
        returning id
        """,
        {"coupon": coupon_id},
    )
    return len(rows)


def set_taken(connection: Connection, coupon_id: UUID, taken: int) -> None:
    write(
        connection,
        "update coupon set taken = %(taken)s where id = %(id)s",
        {"id": coupon_id, "taken": taken},
    )


async def claims_of_person(connection: Connection, coupon_id: UUID, person: str) -> list[Claim]:
    """Those that have not lapsed, oldest first."""
    rows = await fetch(
        connection,
        """
        select id, coupon_id, person, state, claimed_at, until, checkout_id, payment_id
        from coupon_claim
        where coupon_id = %(coupon)s and person = %(person)s and state <> 'lapsed' order by id
        """,
        {"coupon": coupon_id, "person": person},
    )
    return [read_claim(dict(zip(CLAIM, row, strict=True))) for row in rows]


async def claims_of_network(connection: Connection, coupon_id: UUID, client: bytes) -> int:
    ((found,),) = await fetch(
        connection,
        """
        select count(*) from coupon_claim
        where coupon_id = %(coupon)s and client = %(client)s and state <> 'lapsed'
        """,
        {"coupon": coupon_id, "client": client},
    )
    return int(found)


CLAIM = (
    "id",
    "coupon_id",
    "person",
    "state",
    "claimed_at",
    "until",
    "checkout_id",
    "payment_id",
)


def add_claim(connection: Connection, claim: Claim, client: bytes | None) -> None:
    write(
        connection,
        """
        insert into coupon_claim (id, coupon_id, person, client, state, claimed_at, until)
        values (%(id)s, %(coupon)s, %(person)s, %(client)s, %(state)s, %(at)s, %(until)s)
        """,
        {
            "id": claim.id,
            "coupon": claim.coupon_id,
            "person": claim.person,
            "client": client,
            "state": claim.state.value,
            "at": claim.claimed_at,
            "until": claim.until,
        },
    )
