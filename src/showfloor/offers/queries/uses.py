"""SQL of claims that are taken off a purchase. Who uses some locks their coupons, then them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from showfloor.kit.db import Connection, fetch, write
from showfloor.offers.queries.coupons import CLAIM, FIELDS, SELECTED, read_claim, read_coupon
from showfloor.offers.types import Claim, ClaimState, HeldCoupon

_HELD: LiteralString = (
    """
select claim.id, coupon_id, person, claim.state, claimed_at, until, checkout_id, payment_id,
"""
    + SELECTED
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
    width = len(CLAIM)
    return [
        HeldCoupon(
            read_claim(dict(zip(CLAIM, row[:width], strict=True))),
            read_coupon(dict(zip(FIELDS, row[width:-1], strict=True))),
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
