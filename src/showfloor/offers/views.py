"""Drops, coupons and places in line as the API and the room show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from showfloor.kit import clock, ids, messages
from showfloor.kit.money import Money
from showfloor.kit.schemas import MoneyOut, Words
from showfloor.offers.schemas import (
    AskedDropOut,
    AskedDropsOut,
    ClaimOut,
    CouponOut,
    CouponsOut,
    CouponTerms,
    DropOut,
    DropsOut,
    HeldPiece,
    ShownCoupon,
    WaitOut,
    WaitsOut,
)
from showfloor.offers.types import (
    AskedDrop,
    Claim,
    Coupon,
    CouponKind,
    CouponState,
    CouponWithCounts,
    Drop,
    DropState,
    DropWithLeft,
)
from showfloor.offers.types.waiting import PlaceState, Wait
from showfloor.shows.schemas import RoomCoupon, RoomDrop


def log_url(drop: Drop) -> str | None:
    """Where its log is, once it is complete."""
    if drop.state is not DropState.ENDED:
        return None
    return f"/api/v1/drops/{ids.encode('drop', drop.id)}/log"


def drop_view(drop: Drop, left: int | None = None) -> DropOut:
    view = DropOut.model_validate(drop)
    return view.model_copy(update={"left": left, "log_url": log_url(drop)})


def drops_view(found: Sequence[DropWithLeft]) -> DropsOut:
    return DropsOut(drops=[drop_view(each.drop, each.left) for each in found])


def asked_drops_view(found: Sequence[AskedDrop]) -> AskedDropsOut:
    drops = [
        AskedDropOut(
            **dict(drop_view(each.drop.drop, each.drop.left)), product=Words(**each.product)
        )
        for each in found
    ]
    return AskedDropsOut(drops=drops)


def room_drop(drop: Drop) -> RoomDrop:
    return RoomDrop(
        id=ids.encode("drop", drop.id),
        closed=drop.closed_at is not None or drop.state is DropState.ENDED,
        sold=drop.sold,
        log_url=log_url(drop),
    )


def room_coupon(coupon: Coupon) -> RoomCoupon:
    claimable = coupon.state is CouponState.OPEN
    return RoomCoupon(id=ids.encode("cpn", coupon.id), claimable=claimable)


def coupon_view(told: CouponWithCounts) -> CouponOut:
    coupon = told.coupon
    return CouponOut(
        **_shown(told),
        merchant_id=ids.encode("mer", coupon.merchant_id),
        seller=Words(**told.seller),
        state=coupon.state,
        agreed=coupon.agreed,
        claimed=told.counts.claimed,
        used=told.counts.used,
    )


def coupons_view(found: Sequence[CouponWithCounts]) -> CouponsOut:
    return CouponsOut(coupons=[coupon_view(each) for each in found])


def shown_coupon(told: CouponWithCounts, claim: ClaimOut | None) -> ShownCoupon:
    """For viewers."""
    coupon = told.coupon
    return ShownCoupon(
        **_shown(told),
        claimable=coupon.state is CouponState.OPEN,
        needs_following=coupon.followers,
        claim=claim,
    )


def claim_view(claim: Claim, token: str) -> ClaimOut:
    return ClaimOut(token=token, coupon_id=claim.coupon_id, state=claim.state, until=claim.until)


def _shown(told: CouponWithCounts) -> dict[str, Any]:
    coupon = told.coupon
    return {
        "id": coupon.id,
        "show_id": coupon.show_id,
        "name": Words(**coupon.name),
        "off": Words(**{lang: off_words(told, lang) for lang in messages.LANGUAGES}),
        "minimum": MoneyOut.of(Money(coupon.minimum, coupon.currency)) if coupon.minimum else None,
        "quota": coupon.quota,
        "left": max(coupon.quota - told.counts.claimed, 0),
        "ends_at": coupon.ends_at or coupon.valid_until,
        "terms": CouponTerms(**(coupon.terms or coupon_terms(told))),
    }


def coupon_terms(told: CouponWithCounts) -> dict[str, list[str]]:
    """All that holds for a coupon, in sentences, by language."""
    return {lang: _terms(told, lang) for lang in messages.LANGUAGES}


def off_words(told: CouponWithCounts, lang: str) -> str:
    """What it takes off, and of which goods."""
    goods = messages.translate(lang, "list.comma").join(name[lang] for name in told.goods)
    key = "coupon_terms.off_goods" if goods else "coupon_terms.off_seller"
    return messages.translate(
        lang, key, off=_off(told.coupon, lang), goods=goods, seller=told.seller[lang]
    )


def _off(coupon: Coupon, lang: str) -> str:
    if coupon.kind is CouponKind.PERCENT:
        return messages.percent(lang, coupon.value)
    return messages.load().price(lang, Money(coupon.value, coupon.currency))


def _terms(told: CouponWithCounts, lang: str) -> list[str]:
    coupon = told.coupon

    def say(what: str, **given: object) -> str:
        return messages.translate(lang, f"coupon_terms.{what}", **given)

    return [
        f"{off_words(told, lang)}.",
        *(
            [say("minimum", minimum=Money(coupon.minimum, coupon.currency))]
            if coupon.minimum
            else []
        ),
        *([say("floor", part=messages.percent(lang, coupon.floor))] if coupon.floor else []),
        _until(told, lang),
        *([say("keep", time=_span(coupon.keep_s, lang))] if coupon.keep_s else []),
        say("quota", quota=coupon.quota),
        say("per_person", count=coupon.per_person),
        *([say("first_order", seller=told.seller[lang])] if coupon.first_order else []),
        *([say("followers", host=told.host[lang])] if coupon.followers else []),
        say("alone"),
        say("returns"),
    ]


def _until(told: CouponWithCounts, lang: str) -> str:
    coupon = told.coupon
    ends = coupon.ends_at or coupon.valid_until
    if ends is None:
        assert coupon.valid_s is not None
        return messages.translate(lang, "coupon_terms.for", time=_span(coupon.valid_s, lang))
    moment = messages.moment(lang, ends, told.timezone)
    return messages.translate(lang, "coupon_terms.until", moment=moment)


def _span(seconds: int, lang: str) -> str:
    """In the largest unit in which it is whole."""
    for key, unit in (("days", 86_400), ("hours", 3_600)):
        if seconds % unit == 0:
            return messages.translate(lang, f"coupon_terms.{key}", count=seconds // unit)
    return messages.translate(lang, "coupon_terms.minutes", count=max(seconds // 60, 1))


def wait_view(wait: Wait) -> WaitOut:
    place, held = wait.place, None
    if place.state is PlaceState.OFFERED and place.hold_id is not None and place.until is not None:
        held = HeldPiece(
            hold_id=ids.encode("hold", place.hold_id),
            until=clock.rfc3339(place.until),
        )
    return WaitOut(
        id=ids.encode("wait", place.id),
        show_id=ids.encode("show", place.show_id),
        slug=wait.slug,
        product_id=ids.encode("prod", wait.product_id),
        sku=wait.sku,
        product=Words(**wait.product),
        choice=Words(**wait.choice),
        state=place.state,
        number=wait.ahead + 1 if place.state is PlaceState.WAITING else None,
        joined_at=clock.rfc3339(place.joined_at),
        held=held,
        log_url=f"/api/v1/waiting-lists/{ids.encode('wtl', place.list_id)}/log",
        record=place.joined,
    )


def waits_view(waits: Sequence[Wait]) -> WaitsOut:
    return WaitsOut(waits=[wait_view(each) for each in waits])
