"""SQL of coupons. Who changes how many of a coupon are taken has locked its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    HeldCoupon,
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


def _coupon(row: Mapping[str, Any]) -> Coupon:
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
    return [_coupon(vars(row)) for row in rows.scalars()]


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
    return None if row is None else _claim(vars(row))


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


def _claim(row: Mapping[str, Any]) -> Claim:
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


_FIELDS = (*_PLAIN, "kind", "state", "product_ids")
_SELECTED: LiteralString = """
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
""".replace("{selected}", _SELECTED)


async def lock_coupon(connection: Connection, coupon_id: UUID) -> LockedCoupon | None:
    """For whoever claims."""
    rows = await fetch(connection, _LOCK, {"id": coupon_id})
    if not rows:
        return None
    *values, now = rows[0]
    return LockedCoupon(_coupon(dict(zip(_FIELDS, values, strict=True))), now)


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
    return [_claim(dict(zip(_CLAIM, row, strict=True))) for row in rows]


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


_CLAIM = (
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


_HELD: LiteralString = (
    """
select claim.id, coupon_id, person, claim.state, claimed_at, until, checkout_id, payment_id,
"""
    + _SELECTED
    + """, clock_timestamp()
from coupon_claim as claim join coupon on coupon.id = coupon_id
where claim.id = any(%(ids)s::uuid[])
order by claim.id
"""
)
_HELD_LOCKED: LiteralString = _HELD + " for update of claim"
# With each that is for a first order all the others of that seller, of which a buyer gets one.
_LOCK_COUPONS: LiteralString = """
select id from coupon
where id in (
  select coupon_id from coupon_claim where id = any(%(ids)s::uuid[])
  union
  select other.id from coupon_claim as claim
    join coupon as own on own.id = claim.coupon_id and own.first_order
    join coupon as other on other.merchant_id = own.merchant_id and other.first_order
      and other.state in ('open', 'closed')
  where claim.id = any(%(ids)s::uuid[])
)
order by id for update
"""


async def held(
    connection: Connection, claim_ids: Collection[UUID]
) -> tuple[list[HeldCoupon], datetime | None]:
    """These claims, and the database's clock; None where there is none of them."""
    rows = await fetch(connection, _HELD, {"ids": sorted(claim_ids)})
    return _held_coupons(rows), rows[0][-1] if rows else None


async def lock_held(
    connection: Connection, claim_ids: Collection[UUID]
) -> tuple[list[HeldCoupon], datetime | None]:
    """As `held`, with their coupons and themselves locked: the coupons first, as by who claims."""
    values = {"ids": sorted(claim_ids)}
    write(connection, _LOCK_COUPONS, values)
    rows = await fetch(connection, _HELD_LOCKED, values)
    return _held_coupons(rows), rows[0][-1] if rows else None


def _held_coupons(rows: Sequence[tuple[Any, ...]]) -> list[HeldCoupon]:
    width = len(_CLAIM)
    return [
        HeldCoupon(
            _claim(dict(zip(_CLAIM, row[:width], strict=True))),
            _coupon(dict(zip(_FIELDS, row[width:-1], strict=True))),
        )
        for row in rows
    ]


async def uses_of_buyer(connection: Connection, claim: Claim, buyer: str) -> int:
    """How often whoever is about to use a claim has used its coupon with others."""
    ((found,),) = await fetch(
        connection,
        """
        select count(*) from coupon_claim
        where coupon_id = %(coupon)s and buyer = %(buyer)s and id <> %(id)s
          and state in ('paying', 'used')
        """,
        {"coupon": claim.coupon_id, "buyer": buyer, "id": claim.id},
    )
    return int(found)


async def first_order_salts(connection: Connection, merchant_id: UUID) -> list[bytes]:
    """Of the coupons for a first order from this seller that can be used."""
    rows = await fetch(
        connection,
        """
        select salt from coupon
        where merchant_id = %(merchant)s and first_order and state in ('open', 'closed')
          and salt is not null
        """,
        {"merchant": merchant_id},
    )
    return [bytes(salt) for (salt,) in rows]


async def is_first_order_begun(
    connection: Connection, merchant_id: UUID, people: Collection[str], checkout_id: UUID
) -> bool:
    """Whether one of these pseudonyms pays, or has paid, a purchase other than this one with a
    coupon for a first order from this seller.
    """
    ((found,),) = await fetch(
        connection,
        """
        select exists (
          select from coupon_claim join coupon on coupon.id = coupon_id
          where merchant_id = %(merchant)s and first_order
            and coupon_claim.state in ('paying', 'used') and checkout_id <> %(checkout)s
            and (buyer = any(%(people)s::text[]) or person = any(%(people)s::text[])))
        """,
        {"merchant": merchant_id, "people": list(people), "checkout": checkout_id},
    )
    return bool(found)


def note_buyer(connection: Connection, claim_id: UUID, buyer: str) -> None:
    """Who pays with it. Needs the claim's lock."""
    write(
        connection,
        "update coupon_claim set buyer = %(buyer)s where id = %(id)s",
        {"id": claim_id, "buyer": buyer},
    )


def begin_use(
    connection: Connection, claim_ids: Collection[UUID], checkout_id: UUID, payment_id: UUID
) -> None:
    write(
        connection,
        """
        update coupon_claim
        set state = 'paying', checkout_id = %(checkout)s, payment_id = %(payment)s
        where id = any(%(ids)s::uuid[])
        """,
        {"ids": sorted(claim_ids), "checkout": checkout_id, "payment": payment_id},
    )


async def end_use(connection: Connection, payment_id: UUID, state: ClaimState) -> int:
    """The claims that a payment was made with; how many they are."""
    rows = await fetch(
        connection,
        # Locked in the order in which others lock several of them.
        """
        with own as materialized (
          select id from coupon_claim where payment_id = %(payment)s and state = 'paying'
          order by id for update
        )
        update coupon_claim as claim set state = %(state)s::text,
          checkout_id = case when %(state)s::text = 'used' then checkout_id end,
          payment_id = case when %(state)s::text = 'used' then payment_id end
        from own where claim.id = own.id
        returning claim.id
        """,
        {"payment": payment_id, "state": state.value},
    )
    return len(rows)
