"""The payload of a drop's cue as it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from showfloor.kit import clock, ids
from showfloor.kit.money import Money
from showfloor.shows.types import DropPayload

_USUALLY = 300


def stored_drop(payload: DropPayload) -> dict[str, Any]:
    return {
        "drop_id": ids.encode("drop", payload.drop_id),
        "product_id": ids.encode("prod", payload.product_id),
        "sku": payload.sku,
        "name": payload.name,
        "units": payload.units,
        "per_person": payload.per_person,
        "price": asdict(payload.price),
        "was": asdict(payload.was) if payload.was else None,
        "opens_at": clock.rfc3339(payload.opens_at),
        "closes_at": clock.rfc3339(payload.closes_at),
        "holds_s": payload.holds_s,
        "terms_sha256": payload.terms_sha256,
    }


def drop_payload(stored: Mapping[str, Any]) -> DropPayload:
    was = stored["was"]
    return DropPayload(
        drop_id=ids.parse("drop", stored["drop_id"]),
        product_id=ids.parse("prod", stored["product_id"]),
        sku=stored["sku"],
        name=stored["name"],
        units=stored["units"],
        per_person=stored["per_person"],
        price=Money(**stored["price"]),
        was=Money(**was) if was else None,
        opens_at=clock.parse_rfc3339(stored["opens_at"]),
        closes_at=clock.parse_rfc3339(stored["closes_at"]),
        # The first drops held their pieces as long as other goods.
        holds_s=stored.get("holds_s", _USUALLY),
        terms_sha256=stored.get("terms_sha256"),
    )
