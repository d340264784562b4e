"""A buyer withdraws from some of the goods, and later from more."""

from __future__ import annotations

import pytest

from showfloor.app import verify
from showfloor.catalog.types import Product
from showfloor.orders import rules
from tests.integration.checkout.at_once import ask_twice, take_lock_out
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.desk import Desk, sold
from tests.integration.checkout.shop import Seller, scalar, stock_now
from tests.integration.checkout.test_returns import prove, token_of, withdraw, withdraw_from

PRICE = 2200
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture
async def desk(shop: Counter, seller: Seller, buyer: Buyer) -> Desk:
    return await sold(shop, seller, buyer, ("SALT", 3), ("CLAY", 1))


async def withdrawals(shop: Counter) -> object:
    return await scalar(shop.database, "select count(*) from order_withdrawal")


async def test_withdrawal_names_its_goods_and_owes_their_price(shop: Counter, desk: Desk) -> None:
    answer = await withdraw_from(shop, desk, ("SALT", 2))

    said = answer.json()
    assert [(each["sku"], each["quantity"]) for each in said["items"]] == [("SALT", 2)]
    order = await desk.look()
    (made,) = order["withdrawals"]
    assert (made["at"], made["is_whole"]) == (said["withdrawn_at"], False)
    assert made["items"] == said["items"]
    assert order["owed"]["now"]["amount"] == 2 * PRICE
    assert [line["sendable"] for line in order["items"]] == [1, 1]


async def test_what_was_not_withdrawn_from_is_sent(shop: Counter, desk: Desk) -> None:
    await withdraw_from(shop, desk, ("SALT", 2))

    refused = await desk.ship(("SALT", 2))
    sent = await desk.ship()

    assert (refused.status_code, refused.json()["code"]) == (409, "order_withdrawn")
    (parcel,) = sent.json()["shipments"]
    assert [(each["sku"], each["quantity"]) for each in parcel["items"]] == [
        ("SALT", 1),
        ("CLAY", 1),
    ]


async def test_second_withdrawal_is_within_the_same_right(
    shop: Counter, desk: Desk, product: Product
) -> None:
    await desk.ship()
    await withdraw_from(shop, desk, ("SALT", 1))
    await desk.take_back(("SALT", 1, 0, 1))
    await desk.refund(("SALT", 1, 0), amount=PRICE)

    second = await withdraw_from(shop, desk, ("SALT", 2), ("CLAY", 1), after=1)

    order = await desk.look()
    assert second.status_code == 200 and len(order["withdrawals"]) == 2
    assert (order["owed"]["now"]["amount"], order["owed"]["withheld"]["amount"]) == (0, 3 * PRICE)
    await prove(shop, desk)
    assert (await desk.look())["owed"]["now"]["amount"] == 3 * PRICE
    assert (await stock_now(shop.database, product)).sold == 2
    assert await verify.broken(shop.database, shop.providers) == []


async def test_same_withdrawal_sent_twice_is_one(shop: Counter, desk: Desk) -> None:
    first = await withdraw_from(shop, desk, ("SALT", 1))
    again = await withdraw_from(shop, desk, ("SALT", 1))

    assert first.json() == again.json()
    assert (await desk.look())["items"][0]["withdrawn"] == 1
    assert (
        await scalar(
            shop.database, "select count(*) from outbox_event where kind = 'orders.withdrawn.v1'"
        )
        == 1
    )


@guarded
async def test_other_goods_than_those_received_are_asked_about_again(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Of two pages that show no withdrawal. The twin: what the second says is answered as if it had
    been received, and lost.
    """
    if not guard:
        monkeypatch.setattr(rules, "is_same_withdrawal", lambda *_: True)
    await withdraw_from(shop, desk, ("SALT", 1))

    others = await withdraw_from(shop, desk, ("CLAY", 1))
    more = await withdraw_from(shop, desk, ("SALT", 2))
    body = {"token": token_of(shop, desk)}
    everything = await shop.client.post(f"{desk.path}/withdrawal", json=body)

    answers = {(each.status_code, each.json().get("code")) for each in (others, more, everything)}
    assert answers == {(409, "withdrawal_invalid") if guard else (200, None)}
    assert await withdrawals(shop) == 1
    if guard:
        assert (await withdraw_from(shop, desk, ("CLAY", 1), after=1)).status_code == 200


async def test_same_withdrawal_sent_again_is_one_whatever_happened_since(
    shop: Counter, desk: Desk
) -> None:
    first = await withdraw_from(shop, desk, ("SALT", 3))
    await desk.refund(("SALT", 2, 2), amount=2 * PRICE)
    second = await withdraw_from(shop, desk, ("CLAY", 1), after=1)

    assert (await withdraw_from(shop, desk, ("SALT", 3))).json() == first.json()
    assert (await withdraw_from(shop, desk, ("CLAY", 1), after=1)).json() == second.json()
    assert await withdrawals(shop) == 2


@pytest.mark.parametrize(("line", "after"), [(("SALT", 4), 0), (("NONE", 1), 0), (("SALT", 1), 1)])
async def test_withdrawal_that_does_not_fit_changes_nothing(
    shop: Counter, desk: Desk, line: tuple[str, int], after: int
) -> None:
    answer = await withdraw_from(shop, desk, line, after=after)

    assert (answer.status_code, answer.json()["code"]) == (409, "withdrawal_invalid")
    assert ((await desk.look())["withdrawn_at"], await withdrawals(shop)) == (None, 0)


async def test_whole_order_is_withdrawn_from_once(shop: Counter, desk: Desk) -> None:
    await withdraw(shop, desk)

    more = await withdraw_from(shop, desk, ("SALT", 1), after=1)

    assert more.json()["code"] == "withdrawal_invalid"
    assert [each["is_whole"] for each in (await desk.look())["withdrawals"]] == [True]


@guarded
async def test_two_withdrawals_at_once_take_no_piece_twice(
    shop: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The lock on the order."""
    if not guard:
        take_lock_out(monkeypatch)
    await ask_twice(
        shop,
        monkeypatch,
        lambda: withdraw_from(shop, desk, ("SALT", 2)),
        add="add_withdrawal",
        waits=True,
    )

    pieces = await scalar(shop.database, "select sum(quantity) from order_withdrawal_line")
    assert (int(str(pieces)) == 2) is guard


async def test_each_proof_is_corrected_by_itself(shop: Counter, desk: Desk) -> None:
    await desk.ship()
    await withdraw_from(shop, desk, ("SALT", 1))
    first = (await prove(shop, desk)).json()["proof"]
    await withdraw_from(shop, desk, ("CLAY", 1), after=1)

    corrected = await prove(shop, desk, tracking="RM 78 GB", covers=1)
    wrong = await prove(shop, desk, covers=3)

    assert corrected.json()["proof"] == {**first, "tracking": "RM 78 GB"}
    assert (wrong.status_code, wrong.json()["code"]) == (409, "nothing_to_return")
    order = await desk.look()
    # The goods of the second are not shown to be on their way.
    assert order["return_proofs"] == [corrected.json()["proof"]]
    assert order["owed"]["withheld"]["amount"] == PRICE
    await prove(shop, desk, tracking="RM 79 GB")
    proofs = (await desk.look())["return_proofs"]
    assert [(each["covers"], each["tracking"]) for each in proofs] == [
        (1, "RM 78 GB"),
        (2, "RM 79 GB"),
    ]


async def test_each_withdrawal_says_what_of_it_is_to_come_back_and_by_when(
    shop: Counter, desk: Desk
) -> None:
    await desk.ship(("SALT", 3))
    await withdraw_from(shop, desk, ("SALT", 2))
    await withdraw_from(shop, desk, ("CLAY", 1), after=1)

    first, second = (await desk.look())["withdrawals"]

    assert [(each["sku"], each["quantity"]) for each in first["to_return"]] == [("SALT", 2)]
    assert first["send_back_by"] is not None
    assert (second["to_return"], second["send_back_by"]) == ([], None)
