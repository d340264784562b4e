"""Buying with Stripe: the money is taken once and only for goods that are secured."""

from __future__ import annotations

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout.types import Intent, ProviderReply
from showfloor.stock import service as stock
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.shop import execute, let_expire, scalar, stock_now
from tests.integration.checkout.stripe_shop import SALT, StripeShop, hold_id
from tests.integration.checkout.test_cost import FRAME, MOST_STATEMENTS, statements
from tests.integration.provider_conformance.worlds import Pays

__all__ = ["statements"]
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


async def test_card_is_authorised_captured_and_becomes_an_order(
    stripe: StripeShop, ready: Buyer, product: Product
) -> None:
    answer = await stripe.pay(ready)

    assert (answer.json()["status"], len(answer.json()["orders"])) == ("paid", 1)
    assert await stripe.moved() == (SALT, 0)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)
    assert [each.split("/")[-1] for each in stripe.world.server.asked[1:]] == [
        "payment_intents",
        "confirm",
        "capture",
    ]


@pytest.mark.parametrize(
    ("pays", "reason"),
    [(Pays.DECLINES, "declined"), (Pays.HAS_TOO_LITTLE, "insufficient_funds")],
)
async def test_declined_says_why_and_another_card_pays(
    stripe: StripeShop, ready: Buyer, product: Product, pays: Pays, reason: str
) -> None:
    declined = (await stripe.pay(ready, pays)).json()

    assert (declined["status"], declined["declined"]) == ("declined", reason)
    assert declined["next"] == {"kind": "form"}
    assert (await ready.look()).json()["declined"] == reason
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 0)
    paid = (await stripe.pay(ready)).json()
    assert (paid["status"], paid["declined"]) == ("paid", None)
    assert await stripe.moved() == (SALT, 0)


async def test_bank_s_question_is_answered_in_the_buyer_s_browser(
    stripe: StripeShop, ready: Buyer
) -> None:
    asked = (await stripe.pay(ready, Pays.ASKS)).json()
    (intent,) = stripe.books.intents.values()
    step = {"kind": "authenticate", "client_secret": intent["client_secret"]}
    assert (asked["status"], asked["next"]) == ("needs_confirmation", step)

    reloaded = (await ready.look()).json()
    assert reloaded["next"] == {"kind": "authenticate", "client_secret": None}
    assert (await ready.confirm()).json()["next"] == step
    stored = await scalar(stripe.counter.database, "select next_step::text from payment")
    assert intent["client_secret"] not in str(stored)

    stripe.books.answer_bank(intent["id"], agrees=True)
    assert (await ready.confirm()).json()["status"] == "paid"
    assert await stripe.moved() == (SALT, 0)


async def test_buyer_who_fails_the_bank_s_question_pays_with_another_card(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready, Pays.ASKS)
    (intent,) = stripe.books.intents.values()
    stripe.books.answer_bank(intent["id"], agrees=False)

    refused = (await ready.confirm()).json()

    assert (refused["status"], refused["declined"]) == ("declined", "not_authenticated")
    assert intent["status"] == "canceled", "the secret in the browser is worth nothing any more"
    assert (await stripe.pay(ready)).json()["status"] == "paid"
    assert await stripe.moved() == (SALT, 0)


@guarded
async def test_money_is_taken_only_after_the_goods_are_secured(
    stripe: StripeShop,
    ready: Buyer,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """While the capture is under way the hold's deadline passes and somebody else wants the goods.

    Without the guard they get them, and money that was taken has to go back.
    """
    if not guard:
        monkeypatch.setattr(stock, "secure", lambda connection, hold: None)
    await execute(stripe.counter.database, "update stock_item set on_hand = 1")
    capture, other = stripe.world.provider.capture, Buyer(stripe.counter)

    async def slow(intent: Intent) -> ProviderReply:
        await let_expire(stripe.counter.database, hold_id(ready))
        assert (await other.reserve(("SALT", 1))).status_code == (409 if guard else 201)
        return await capture(intent)

    monkeypatch.setattr(stripe.world.provider, "capture", slow)
    answer = await stripe.pay(ready)

    assert await stripe.orders() == (1 if guard else 0)
    assert await stripe.moved() == ((SALT, 0) if guard else (SALT, SALT))
    assert answer.status_code == (200 if guard else 409)


async def test_promise_for_goods_that_are_gone_is_given_back_and_nothing_was_taken(
    stripe: StripeShop, ready: Buyer, product: Product
) -> None:
    await execute(stripe.counter.database, "update stock_item set on_hand = 1")
    await stripe.pay(ready, Pays.ASKS)
    await let_expire(stripe.counter.database, hold_id(ready))
    assert (await Buyer(stripe.counter).reserve(("SALT", 1))).status_code == 201
    (intent,) = stripe.books.intents.values()
    stripe.books.answer_bank(intent["id"], agrees=True)

    late = await ready.confirm()

    assert late.json()["code"] == "hold_expired"
    assert intent["status"] == "canceled"
    assert await stripe.moved() == (0, 0)
    assert await stock_now(stripe.counter.database, product) == Stock(1, 1, 0)


@guarded
async def test_lost_answer_does_not_charge_twice(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The key is our payment's id. Without it the second request makes a second payment, and the
    first one, whose money is promised, is forgotten.
    """
    if not guard:
        create = stripe.world.provider._client.v1.payment_intents.create_async
        monkeypatch.setattr(
            stripe.world.provider._client.v1.payment_intents,
            "create_async",
            lambda wanted, options: create(wanted, {}),
        )
    method = await stripe.method()
    stripe.world.lose("/confirm", "/confirm")
    assert (await ready.pay(payment_method=method, key="k" * 16)).status_code == 503

    await ready.pay(payment_method=method, key="k" * 16)

    promised = [each for each in stripe.books.intents.values() if each["latest_charge"]]
    assert len(stripe.books.intents) == (1 if guard else 2)
    assert [each["status"] for each in promised] == (
        ["succeeded"] if guard else ["requires_capture"]
    )


async def test_purchase_with_stripe_costs_one_commit_more(
    stripe: StripeShop, statements: list[str]
) -> None:
    """That the goods are secured is committed before the money is taken."""
    stripe.counter.app.state.checkout.shelf._seconds = 3600
    await Buyer(stripe.counter).up_to_details(("SALT", 1))
    buyer = Buyer(stripe.counter)
    statements.clear()

    await buyer.up_to_details(("SALT", 1))
    assert (await stripe.pay(buyer)).json()["status"] == "paid"
    for event in list(stripe.books.events):
        await stripe.hear(event)

    ours = [each for each in statements if each not in FRAME]
    # Locking payment and hold, securing the goods, the state; and one more webhook that repeats
    # what is known.
    assert len(ours) <= MOST_STATEMENTS + 5, ours
