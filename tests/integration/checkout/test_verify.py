"""`showfloor verify` finds each thing that does not hold, when it is broken by hand, and nothing
else.
"""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from typer.testing import CliRunner

from showfloor.app import wiring
from showfloor.app.cli import cli
from showfloor.app.verify import CHECKS, broken
from showfloor.catalog.types import Product
from showfloor.kit import clock
from showfloor.kit.outbox import Dispatcher
from tests.integration.checkout.counter import Buyer, Counter
from tests.integration.checkout.desk import sold as at_the_desk
from tests.integration.checkout.shop import Seller, execute, scalar

COUPON = (
    "insert into coupon (id, show_id, merchant_id, name, kind, value, currency, product_ids, "
    "minimum, floor, quota, per_person, first_order, followers, valid_s, state, agreed, "
    "created_at, taken) values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '{{}}', "
    "'amount', 1, 'GBP', '{{}}', 0, 0, 1, 1, false, false, 60, 'open', true, now(), {taken})"
)
LINE = (
    "insert into waiting_list (id, variant_id, product_id, sku, opened_at) "
    "select gen_random_uuid(), variant_id, gen_random_uuid(), 'MUG', now() from stock_item limit 1;"
    "insert into waiting_place (id, list_id, viewer_id, show_id, market, joined, state, joined_at, "
    "hold_id, until) select gen_random_uuid(), id, gen_random_uuid(), gen_random_uuid(), 'gb', 1, "
    "'offered', now(), gen_random_uuid(), now() from waiting_list"
)
DAMAGES = {
    "stock: sold and held pieces are there": (
        "alter table stock_item drop constraint ck_stock_item_never_oversold;"
        "update stock_item set on_hand = 0",
        "there are 0 pieces, but 1 are sold and 1 held",
    ),
    "stock: what is held is what holds hold": (
        "update stock_item set held = 0",
        "0 pieces are counted as held, but open holds have 1",
    ),
    "stock: what is sold is what was ordered": (
        "update stock_item set sold = 2",
        "2 pieces are counted as sold, but orders have 1 that did not come back",
    ),
    "orders: what was paid for was ordered, once with each seller": (
        "update checkout set sellers = sellers || sellers where id in (select checkout_id from "
        "payment)",
        "is paid and has 2 sellers, but 1 orders",
    ),
    "orders: nothing was ordered without being paid for": (
        "update payment set state = 'declined'",
        "was placed, but no payment of it is paid",
    ),
    "orders: each line is at the price that was held": (
        "update order_line set unit_amount = 1",
        "at 1, but 1 were held at 2200",
    ),
    "orders: each total is that of its lines, less the coupon, and of its delivery": (
        "update orders set total = 2199",
        "is 2199 in total, but its lines and its delivery are 2200",
    ),
    "coupons: no more are claimed than there are": (
        COUPON.format(taken=1),
        "there are 1, 1 are counted as taken, and 0 are claimed",
    ),
    "coupons: what is taken off an order is one claim's, used once": (
        "update order_line set discount_amount = 100",
        "has 0 off by a coupon, its lines 100",
    ),
    "coupons: what was used was taken off an order": (
        COUPON.format(taken=1)
        + ";insert into coupon_claim (id, coupon_id, state, claimed_at, until) "
        "select gen_random_uuid(), id, 'used', now(), now() from coupon",
        "is used, but 0 orders have it",
    ),
    "waiting lists: as many pieces are kept for people in line as stand in it": (
        "update stock_item set waiting = 2",
        "up to 2 pieces are kept for people in line, but 0 stand in it",
    ),
    "waiting lists: what is offered is held for who it was offered to": (
        LINE,
        "nothing is held that was offered",
    ),
    "orders: no piece came back that was not sent": (
        "with back as (insert into order_return (id, order_id, value_lost, at, key, request) "
        "select gen_random_uuid(), id, 0, now(), '', '' from orders returning id) "
        "insert into order_return_line (return_id, position, quantity, damaged, restock) "
        "select id, 0, 1, 1, 0 from back",
        "0 pieces were sent, but 1 came back",
    ),
    "money: what was paid is what the orders cost": (
        "update payment set amount = 2199",
        "took 2199 GBP, but its orders cost 2200",
    ),
    "money: a checkout is paid once": (
        "drop index uq_payment_one_blocking;"
        "insert into payment select (jsonb_populate_record(payment, jsonb_build_object('id', "
        "gen_random_uuid(), 'key', '\\x01', 'reference', null))).* from payment",
        "was paid 2 times",
    ),
    "money: a provider's payment is one of ours": (
        "update payment set reference = 'pi_1';"
        "insert into payment select (jsonb_populate_record(payment, jsonb_build_object('id', "
        "gen_random_uuid(), 'key', '\\x01', 'state', 'declined'))).* from payment",
        "names the payment pi_1 in 2 of our payments",
    ),
    "books: every entry sums to zero": (
        "alter table ledger_posting disable trigger user;"
        "update ledger_posting set amount = amount + 1 where holder = 'provider'",
        "(payment) sums to 1 in 2 postings",
    ),
    "books: every order is in them, at what it cost": (
        "alter table ledger_posting disable trigger user;"
        "update ledger_posting set amount = sign(amount) * 2199",
        "cost 2200, but the books have 2199",
    ),
    "books: every refund is in them, once": (
        "insert into order_refund (id, order_id, amount, cause, state, made_at, changed_at, key, "
        "request) select gen_random_uuid(), id, 100, 'refund', 'done', now(), now(), '', '' from "
        "orders",
        "gave back 100, but the books have 0",
    ),
    "events: every order was announced, once": (
        "delete from outbox_event where kind = 'orders.placed.v1'",
        "has 0 events that say it was placed",
    ),
}


@pytest.fixture
async def sold(shop: Counter, product: Product) -> Counter:
    """One piece is paid for, another is held."""
    first, second = Buyer(shop), Buyer(shop)
    sku = product.variants[0].sku
    await first.up_to_details((sku, 1))
    assert (await first.pay()).json()["status"] == "paid"
    await second.up_to_details((sku, 1))
    dispatcher = Dispatcher(shop.database)
    wiring.connect_worker(dispatcher)
    await dispatcher.drain()
    return shop


async def test_a_shop_that_sells_and_holds_adds_up(sold: Counter) -> None:
    assert await broken(sold.database, sold.providers) == []


async def test_pieces_that_came_back_are_sold_no_more(
    shop: Counter, seller: Seller, buyer: Buyer
) -> None:
    """One stays with the buyer, one comes back and is sold again, one comes back broken."""
    desk = await at_the_desk(shop, seller, buyer, ("SALT", 3))
    await desk.refund(("SALT", 1, 1))
    await desk.refund(("SALT", 1, 0))

    assert await broken(shop.database, shop.providers) == []
    assert await scalar(shop.database, "select sum(sold) from stock_item") == 2


def test_every_check_is_broken_by_hand() -> None:
    assert list(DAMAGES) == [check.name for check in CHECKS]


@pytest.mark.parametrize("name", list(DAMAGES))
async def test_what_is_broken_is_found_and_named(sold: Counter, name: str) -> None:
    statements, words = DAMAGES[name]
    for statement in statements.split(";"):
        await execute(sold.database, statement)

    found = await broken(sold.database, sold.providers)

    (sentence,) = [each for each in found if each.startswith(f"{name}: no. ")]
    assert words in sentence


async def test_an_event_that_is_doubled_is_found(sold: Counter) -> None:
    await execute(
        sold.database,
        "insert into outbox_event (kind, payload, at) select kind, payload, at from outbox_event "
        "where kind = 'orders.placed.v1'",
    )
    (sentence,) = await broken(sold.database, sold.providers)
    assert "has 2 events that say it was placed" in sentence


@pytest.mark.parametrize(("parked", "found"), [("null", 0), ("now()", 1)])
async def test_an_order_whose_event_is_parked_is_missing_in_the_books(
    shop: Counter, product: Product, parked: str, found: int
) -> None:
    """One on its way will get there; one that is parked stays away until somebody looks."""
    buyer = Buyer(shop)
    await buyer.up_to_details((product.variants[0].sku, 1))
    assert (await buyer.pay()).json()["status"] == "paid"
    await execute(shop.database, f"update outbox_event set parked_at = {parked}")

    sentences = await broken(shop.database, shop.providers)

    assert ["but the books have 0" in each for each in sentences] == [True] * found


async def test_the_providers_are_asked_too(sold: Counter) -> None:
    """Somebody forgets the payment here: goods and money of the provider's are without a name."""
    await execute(sold.database, "delete from payment")
    now = clock.now()
    with clock.use(lambda: now + timedelta(hours=1)):
        found = await broken(sold.database, sold.providers)

    assert any("money: test has the payment" in each for each in found)


def test_the_command_says_what_is_wrong_and_ends_with_1(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "SHOWFLOOR_DATABASE_URL": database_url,
        "SHOWFLOOR_SECRET": "s" * 32,
        "SHOWFLOOR_MODE": "production",
    }.items():
        monkeypatch.setenv(name, value)
    whole = CliRunner().invoke(cli, ["verify"])
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into stock_item (variant_id, on_hand, held) values (gen_random_uuid(), 5, 2)"
        )
    wrong = CliRunner().invoke(cli, ["verify"])

    assert (whole.exit_code, "checks hold" in whole.stdout) == (0, True)
    assert wrong.exit_code == 1
    assert "2 pieces are counted as held, but open holds have 0" in wrong.stdout
