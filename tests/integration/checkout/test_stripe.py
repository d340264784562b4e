"""Buying with Stripe, whatever happens between us and them: what the provider's books say wins, the
money is taken once and only for goods that are secured.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from showfloor.catalog.types import Product
from showfloor.checkout import queries, rules, service
from showfloor.checkout.adapters import stripe as adapter
from showfloor.checkout.errors import ProviderUnavailable
from showfloor.checkout.service import holds, settlement
from showfloor.checkout.service.settlement import Recorded
from showfloor.checkout.types import Intent, PaymentState, ProviderReply
from showfloor.kit import clock, ids
from showfloor.kit.db import Connection
from showfloor.kit.money import Money
from showfloor.stock import service as stock
from showfloor.stock.types import Stock
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.shop import execute, let_expire, scalar, stock_now
from tests.integration.checkout.stripe_shop import StripeShop, hold_id, with_stripe
from tests.integration.checkout.test_cost import FRAME, MOST_STATEMENTS, statements
from tests.integration.provider_conformance.worlds import Pays

__all__ = ["statements"]
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
SALT = 2200


@pytest.fixture
async def stripe(shop: Counter) -> AsyncIterator[StripeShop]:
    async with with_stripe(shop) as opened:
        yield opened


@pytest.fixture
async def ready(stripe: StripeShop, buyer: Buyer) -> Buyer:
    await buyer.up_to_details(("SALT", 1))
    return buyer


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


@pytest.mark.parametrize("call", ["POST /v1/payment_intents", "/confirm", "/capture"])
async def test_lost_answer_is_found_out_by_the_worker(
    stripe: StripeShop, ready: Buyer, product: Product, call: str
) -> None:
    method = await stripe.method()
    stripe.world.lose(call, call)

    lost = await ready.pay(payment_method=method, key="k" * 16)
    assert lost.status_code in (200, 503)
    await stripe.worker_looks()
    await stripe.worker_looks(40)

    # Created and not confirmed is a payment that never arrived: nothing was promised.
    bought = call != "POST /v1/payment_intents"
    assert await stripe.state() == ("paid" if bought else "declined")
    assert await stripe.orders() == (1 if bought else 0)
    assert await stripe.moved() == ((SALT, 0) if bought else (0, 0))
    assert await stock_now(stripe.counter.database, product) == (
        Stock(50, 0, 1) if bought else Stock(50, 1, 0)
    )


@pytest.mark.parametrize("made", [True, False])
async def test_failure_that_stripe_repeats_for_a_day_is_found_out_by_the_worker(
    stripe: StripeShop, ready: Buyer, product: Product, made: bool
) -> None:
    """/api/idempotent_requests: the same key answers 500 again, whatever became of it."""
    stripe.world.server.fails["POST /v1/payment_intents"] = made

    answer = await stripe.pay(ready)
    await stripe.worker_looks(40)

    # What was made is found by our name in their list and is confirmed; what was not is over.
    assert answer.status_code == (200 if made else 503)
    assert await stripe.state() == ("paid" if made else "declined")
    assert await stripe.moved() == ((SALT, 0) if made else (0, 0))
    assert (await stripe.pay(ready)).json()["status"] == "paid"
    assert (await stripe.moved(), await stripe.orders()) == ((SALT, 0), 1)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)


async def test_money_goes_back_though_stripe_failed_once_to_give_it_back(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready)
    provider, intent = stripe.world.provider, await _intent(stripe)
    stripe.world.server.fails["POST /v1/refunds"] = False

    with pytest.raises(ProviderUnavailable):
        await provider.void(intent)
    await provider.void(intent)
    await provider.void(intent)

    assert await stripe.moved() == (SALT, SALT)


async def _intent(stripe: StripeShop) -> Intent:
    """As it is known where the first answer was lost."""
    found = await scalar(stripe.counter.database, "select id from payment")
    assert isinstance(found, UUID)
    return Intent(found, Money(SALT, "GBP"))


async def test_payment_that_ends_at_stripe_leaves_the_goods_to_the_buyer(
    stripe: StripeShop, ready: Buyer, product: Product
) -> None:
    await stripe.pay(ready, Pays.ASKS)
    (intent,) = stripe.books.intents
    stripe.books.cancel_intent(intent, {"cancellation_reason": "abandoned"})

    ended = (await ready.confirm()).json()

    assert (ended["status"], ended["next"]) == ("declined", {"kind": "form"})
    assert (await ready.look()).json()["status"] == "declined"
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 0)
    assert (await stripe.pay(ready)).json()["status"] == "paid"


@guarded
async def test_repetition_that_arrives_while_the_worker_gives_up_is_paid_and_stays_paid(
    stripe: StripeShop,
    ready: Buyer,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """The first call was lost; the worker hears that nothing arrived, and in that moment the page
    repeats it.
    """
    if not guard:
        monkeypatch.setattr(settlement, "_decline_unless_it_moved", _declined_all_the_same)
    method, lookup = await stripe.method(), stripe.world.provider.lookup
    stripe.world.lose("POST /v1/payment_intents", "POST /v1/payment_intents")
    assert (await ready.pay(payment_method=method, key="k" * 16)).status_code == 503

    async def overtaken(intent: Intent) -> ProviderReply:
        reply = await lookup(intent)
        monkeypatch.setattr(stripe.world.provider, "lookup", lookup)
        again = await ready.pay(payment_method=method, key="k" * 16)
        assert again.json()["status"] == "paid"
        return reply

    monkeypatch.setattr(stripe.world.provider, "lookup", overtaken)
    await stripe.worker_looks()

    assert (await stripe.state(), await stripe.orders()) == ("paid", 1)
    assert await stripe.moved() == ((SALT, 0) if guard else (SALT, SALT))
    assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)


async def _declined_all_the_same(connection: Connection, payment_id: UUID) -> Recorded:
    locked = await queries.lock_payment(connection, payment_id)
    given_up = replace(locked.payment, state=PaymentState.DECLINED)
    return Recorded(given_up, locked.checkout, is_first=True)


async def test_killed_before_the_capture_and_the_worker_takes_the_money(
    stripe: StripeShop, ready: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The goods are secured, then the process dies; the hold's own deadline is long past when the
    worker looks.
    """

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(settlement, "_capture", dies)
        with pytest.raises(asyncio.CancelledError):
            await stripe.pay(ready)
    assert await stripe.state() == "capturing"
    assert await stripe.moved() == (0, 0)
    await execute(stripe.counter.database, "update hold set expires_at = now() - interval '1 day'")

    await stripe.worker_looks()

    assert await stripe.state() == "paid"
    assert await stripe.moved() == (SALT, 0)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)


@guarded
async def test_goods_do_not_go_back_while_their_money_is_being_taken(
    stripe: StripeShop,
    ready: Buyer,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    """Another tab, or a script, gives the hold back between the goods and the capture."""
    if not guard:
        monkeypatch.setattr(holds, "_MONEY_MAY_MOVE", ())

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(settlement, "_capture", dies)
        with pytest.raises(asyncio.CancelledError):
            await stripe.pay(ready)

    given_back = await ready.ask("DELETE", f"/holds/{ready.hold['id']}")
    await stripe.worker_looks()

    if guard:
        assert (given_back.status_code, given_back.json()["code"]) == (409, "payment_in_progress")
        assert (await stripe.state(), await stripe.orders()) == ("paid", 1)
        assert await stock_now(stripe.counter.database, product) == Stock(50, 0, 1)
    else:
        assert (given_back.status_code, await stripe.orders()) == (204, 0)


async def test_killed_after_the_capture_and_the_worker_places_the_order(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stripe.world.provider.capture

    async def dies(intent: Intent) -> ProviderReply:
        await real(intent)
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(stripe.world.provider, "capture", dies)
        with pytest.raises(asyncio.CancelledError):
            await stripe.pay(ready)
    assert (await stripe.moved(), await stripe.orders()) == ((SALT, 0), 0)

    await stripe.worker_looks(at_once=3)

    assert (await stripe.moved(), await stripe.orders()) == ((SALT, 0), 1)


async def test_partition_around_the_capture_heals(
    stripe: StripeShop, ready: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, capture = await stripe.method(), stripe.world.provider.capture

    async def cut_off(intent: Intent) -> ProviderReply:
        stripe.world.server.away = True
        return await capture(intent)

    with monkeypatch.context() as patched:
        patched.setattr(stripe.world.provider, "capture", cut_off)
        answer = await ready.pay(payment_method=method)
    assert answer.json()["status"] == "pending"
    await stripe.worker_looks()
    assert (await stripe.state(), await stripe.orders()) == ("capturing", 0)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 0)

    stripe.world.server.away = False
    await stripe.worker_looks(60)

    assert (await ready.look()).json()["status"] == "paid"
    assert await stripe.moved() == (SALT, 0)


async def test_promise_that_ran_out_leaves_the_goods_to_the_buyer(
    stripe: StripeShop, ready: Buyer, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = stripe.world.provider.capture

    async def too_late(intent: Intent) -> ProviderReply:
        for found in stripe.books.intents.values():
            found["metadata"]["double"] = "promise_ran_out"
        return await capture(intent)

    monkeypatch.setattr(stripe.world.provider, "capture", too_late)
    answer = (await stripe.pay(ready)).json()

    assert (answer["status"], answer["next"]) == ("declined", {"kind": "form"})
    assert await stripe.moved() == (0, 0)
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 0)
    monkeypatch.undo()
    assert (await stripe.pay(ready)).json()["status"] == "paid"


@pytest.mark.parametrize("seed", range(4))
async def test_webhooks_doubled_shuffled_and_days_late_end_where_stripe_ended(
    stripe: StripeShop, product: Product, seed: int
) -> None:
    """Three buyers; every event comes one to three times, in any order, around the buyers' own
    requests.
    """
    chance, buyers = random.Random(seed), [Buyer(stripe.counter) for _ in range(3)]
    for buyer in buyers:
        await buyer.up_to_details(("SALT", 1))
    await stripe.pay(buyers[0])
    await stripe.pay(buyers[1], Pays.DECLINES)
    await stripe.pay(buyers[2], Pays.ASKS)
    asked = next(
        each for each in stripe.books.intents.values() if each["status"] == "requires_action"
    )
    stripe.books.answer_bank(asked["id"], agrees=True)
    events = [each for each in stripe.books.events for _ in range(chance.randint(1, 3))]
    chance.shuffle(events)

    heard = await asyncio.gather(*(stripe.hear(each) for each in events))
    later = [each for each in stripe.books.events for _ in range(2)]
    heard += [await stripe.hear(each) for each in reversed(later)]

    assert {answer.status_code for answer in heard} == {200}
    found = [(await buyer.look()).json()["status"] for buyer in buyers]
    assert found == ["paid", "declined", "paid"]
    assert await stripe.moved() == (2 * SALT, 0)
    assert await stripe.orders() == 2
    assert await stock_now(stripe.counter.database, product) == Stock(50, 1, 2)


async def test_webhook_of_another_use_of_the_account_is_heard_and_ignored(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready)
    event = stripe.books.events[-1]
    stranger = {**event, "id": "evt_other", "data": {"object": {"object": "payment_intent"}}}
    unknown = {**event, "id": "evt_unknown", "type": "customer.created"}
    nobody = {
        **event,
        "id": "evt_nobody",
        "data": {"object": {"metadata": {"showfloor_payment": ids.encode("pay", ids.new())}}},
    }

    heard = [await stripe.hear(each) for each in (stranger, unknown, nobody)]

    assert [answer.status_code for answer in heard] == [200] * 3
    assert await scalar(stripe.counter.database, "select count(*) from payment_callback") == 0


@guarded
async def test_webhook_that_stripe_did_not_sign_moves_nothing(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Somebody who knows a payment's id says that it is paid. What is said is only a reason to ask
    Stripe, so without the signature strangers make us ask, and still pay nothing.
    """
    if not guard:
        monkeypatch.setattr(adapter.StripeProvider, "_is_signed", lambda *_: True)
    await stripe.pay(ready, Pays.ASKS)
    (intent,) = stripe.books.intents.values()
    before = len(stripe.world.server.asked)
    forged = {
        "id": "evt_forged",
        "type": "payment_intent.succeeded",
        "data": {"object": {**intent, "status": "succeeded"}},
    }

    answer = await stripe.counter.client.post("/payments/stripe/callback", json=forged)

    assert answer.status_code == (401 if guard else 200)
    assert len(stripe.world.server.asked) - before == (0 if guard else 1)
    assert (await stripe.orders(), await stripe.moved()) == (0, (0, 0))


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


async def reconciled(stripe: StripeShop) -> list[str]:
    """What the job finds an hour later, when nothing moves any more."""
    providers = {"stripe": stripe.world.provider}
    now = clock.now()
    with clock.use(lambda: now + timedelta(hours=1)):
        found = await service.reconcile(stripe.counter.database, providers)
    return [wrong.value for _, wrong in found]


@guarded
async def test_money_for_a_payment_that_was_given_up_is_found_in_stripe_s_list(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Every answer and every webhook of it was lost, and nothing asks about it any more."""
    if not guard:
        monkeypatch.setattr(rules, "compare", lambda state, word: None)
    await stripe.pay(ready)
    await execute(stripe.counter.database, "update payment set state = 'declined', look_at = null")

    found = await reconciled(stripe)

    assert found == (["given_up"] if guard else [])
    assert await stripe.moved() == ((SALT, SALT) if guard else (SALT, 0))
    assert await reconciled(stripe) == []


async def test_what_differs_otherwise_is_said_and_left_to_a_person(
    stripe: StripeShop, ready: Buyer
) -> None:
    await stripe.pay(ready)
    assert await reconciled(stripe) == []
    (intent,) = stripe.books.intents.values()
    stripe.books.create_refund({"payment_intent": intent["id"]})
    stranger = {"payment_intent": {"showfloor_payment": ids.encode("pay", ids.new())}}

    assert await reconciled(stripe) == ["given_back_there"]
    intent["metadata"] = stranger["payment_intent"]
    stripe.books.charges[intent["latest_charge"]]["refunded"] = False
    assert await reconciled(stripe) == ["unknown_to_us"]
    assert (await stripe.orders(), await stripe.state()) == (1, "paid")


async def test_time_of_whoever_reads_the_list_is_not_stripe_s(
    stripe: StripeShop, ready: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bound runs between two payments of the list: it would end the reader, not the call."""
    await stripe.pay(ready)
    running: list[float] = []
    bounded = asyncio.timeout

    @asynccontextmanager
    async def watched(seconds: float) -> AsyncIterator[None]:
        running.append(seconds)
        async with bounded(seconds):
            yield
        running.remove(seconds)

    monkeypatch.setattr(adapter.asyncio, "timeout", watched)
    now = clock.now()
    hour = timedelta(hours=1)

    seen = [list(running) async for _ in stripe.world.provider.listed(now - hour, now + hour)]

    assert seen == [[]]


async def test_list_that_does_not_come_stops_nothing(stripe: StripeShop) -> None:
    stripe.world.server.away = True

    assert await reconciled(stripe) == []
