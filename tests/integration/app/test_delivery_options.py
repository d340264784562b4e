"""A merchant's ways of delivery over HTTP."""

from __future__ import annotations

import pytest

from showfloor.delivery import rules
from tests.integration.app.one_of_everything import WAY
from tests.integration.app.test_sellers import Market, code, market

__all__ = ["market"]


async def options(market: Market) -> list[dict[str, object]]:
    answer = await market.ask("GET", f"{market.merchant}/delivery-options")
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def test_way_of_delivery_is_added_changed_tried_and_removed(market: Market) -> None:
    path = f"{market.merchant}/delivery-options"

    added = await market.ask("POST", path, body=WAY)
    own = f"{path}/{added.json()['id']}"
    changed = await market.ask("PUT", own, body={**WAY, "free_from": 5000, "countries": ["IE"]})
    preview = f"{market.merchant}/delivery-preview?amount=5000&country="
    reached, not_reached = [(await market.ask("GET", preview + to)).json() for to in ("IE", "GB")]
    removed = await market.ask("DELETE", own)

    assert added.status_code == 201 and added.json()["steps"] == WAY["steps"]
    assert (changed.json()["free_from"], changed.json()["countries"]) == (5000, ["IE"])
    assert reached["delivered"] and reached["offers"][0]["price"]["amount"] == 0
    assert not_reached == {"delivered": False, "offers": []}
    assert removed.status_code == 204 and await options(market) == []
    assert code(await market.ask("DELETE", own)) == "delivery_option_not_found"


async def test_another_seller_neither_sees_nor_changes_it(market: Market) -> None:
    path = f"{market.merchant}/delivery-options"
    added = await market.ask("POST", path, body=WAY)
    own = f"{path}/{added.json()['id']}"

    refused = [
        await market.ask("GET", path, market.other),
        await market.ask("POST", path, market.other, WAY),
        await market.ask("PUT", own, market.other, {**WAY, "days_to": 9}),
        await market.ask("DELETE", own, market.other),
        await market.ask(
            "GET", f"{market.merchant}/delivery-preview?country=GB&amount=1", market.other
        ),
    ]

    assert [code(each) for each in refused] == ["forbidden"] * 5
    assert [each["days_to"] for each in await options(market)] == [3]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"countries": ["XX"]}, "body/countries"),
        ({"days_from": 9}, "body/days_to"),
        ({"steps": [{"from_value": 1, "price": 1}]}, "body/steps"),
        ({"currency": "XYZ"}, "body/currency"),
    ],
)
async def test_what_does_not_fit_together_is_not_saved(
    market: Market, change: dict[str, object], field: str
) -> None:
    refused = await market.ask(
        "POST", f"{market.merchant}/delivery-options", body={**WAY, **change}
    )

    assert (refused.status_code, code(refused)) == (422, "delivery_option_invalid")
    assert [each["path"] for each in refused.json()["fields"]] == [field]
    assert await options(market) == []


async def test_ways_of_a_seller_are_limited(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_OPTIONS", 1)
    path = f"{market.merchant}/delivery-options"

    answers = [await market.ask("POST", path, body=WAY) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 409]
    assert len(await options(market)) == 1
