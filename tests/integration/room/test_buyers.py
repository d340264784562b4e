"""A chat of buyers alone: by the account that they bought with, or by the link of an order's page
that nobody else has.
"""

from __future__ import annotations

from typing import Any

import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.orders import service as orders
from showfloor.room.service import writing
from tests.integration.app.one_of_everything import CARD
from tests.integration.checkout.counter import ADDRESS
from tests.integration.room.conftest import ADULT, Talk
from tests.integration.room.test_accounts import first, signed_in

SECRET = "s" * 32
Headers = dict[str, str]


async def only(talk: Talk) -> None:
    answer = await talk.client.patch(
        f"/api/v1/shows/{talk.show}/chat", json={"buyers_only": True}, headers=talk.host
    )
    assert answer.status_code == 200, answer.text


async def buy(talk: Talk, sku: str = "MUG-1", who: Headers | None = None) -> str:
    """The token of the order's page."""

    async def post(path: str, body: object, token: str = "") -> dict[str, Any]:
        headers = {"Idempotency-Key": ids.secret(), **(who or {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = await talk.client.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    hold = await post(f"/shows/{talk.show}/holds", {"lines": [{"sku": sku, "quantity": 1}]})
    buyer = {"hold_id": hold["id"], "adult": True, "email": "b@example.com", "address": ADDRESS}
    checkout = await post("/checkouts", buyer, hold["token"])
    how = {"payment_method": CARD, "expected_total": checkout["total"]}
    paid = await post(f"/checkouts/{checkout['id']}/pay", how, hold["token"])
    page: str = paid["orders"][0]["page"]
    return page.rpartition("/")[2]


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


NO = (403, "chat_buyers_only")


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_who_bought_nothing_writes_nothing(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:

        async def everybody(*_: object, **__: object) -> bool:
            return True

        monkeypatch.setattr(writing, "may_write_as_buyer", everybody)
    token, _ = await talk.guest("Daniel", "before")
    await only(talk)

    known = await talk.say("again", token)
    new = await talk.say("new here", name="Ana", **ADULT)

    assert [refusal(known), refusal(new)] == ([NO, NO] if guard else [(201, ""), (201, "")])
    assert await talk.shown() == (["before"] if guard else ["before", "again", "new here"])
    assert refusal(await talk.say("team", talk.host)) == (201, "")


async def test_guest_writes_with_the_link_of_their_order(talk: Talk) -> None:
    await only(talk)
    order = await buy(talk)

    answer = await talk.say("mine!", name="Sofia", order=order, **ADULT)

    token = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert refusal(answer) == (201, "")
    assert refusal(await talk.say("and again", token)) == (201, "")


@pytest.mark.parametrize("order", ["", "x", "A" * 43, "\u0645" * 40])
async def test_link_that_is_none_proves_nothing(talk: Talk, order: str) -> None:
    await only(talk)

    answer = await talk.say("mine!", name="Sofia", order=order, **ADULT)

    assert refusal(answer) == NO
    assert await talk.shown() == []


async def test_account_that_bought_writes_on_any_device(talk: Talk, database: Database) -> None:
    await only(talk)
    phone, laptop = [await signed_in(talk, database) for _ in range(2)]
    stranger = await signed_in(talk, database, "eve@example.com")
    await buy(talk, who=phone)

    assert refusal(await first(talk, laptop, "Sofia")) == (201, "")
    assert refusal(await first(talk, stranger, "Eve")) == NO


async def test_order_that_was_withdrawn_from_or_is_of_another_seller_proves_nothing(
    talk: Talk, database: Database
) -> None:
    order = await buy(talk)
    merchants = [next(iter(seller.merchant_ids)) for seller in talk.floor.sellers]

    async def proves(*sellers: Any) -> bool:
        async with database.session() as session:
            return await orders.proves_purchase(
                session, secret=SECRET.encode(), token=order, merchant_ids=sellers
            )

    before = await proves(merchants[0]), await proves(merchants[1])
    async with database.session() as session:
        await orders.withdraw(session, secret=SECRET.encode(), token=order)

    assert (before, await proves(merchants[0])) == ((True, False), False)


async def test_settings_say_so_to_everybody(talk: Talk) -> None:
    await only(talk)

    log = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.host)

    (act,) = log.json()["items"]
    assert (
        act["detail"] == "slow_s=0 emoji_only=False buyers_only=False closed=False review=nothing"
        " buy_by_comment=True"
    )
