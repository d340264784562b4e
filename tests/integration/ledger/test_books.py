"""What happens to orders stands in the books once, to the cent, and nobody changes it."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import httpx2
import psycopg
import pytest
import sqlalchemy
from psycopg.sql import SQL, Identifier
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from showfloor.app.verify import broken
from showfloor.identity.http import get_caller, get_person
from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.ledger import rules, service, tasks
from showfloor.ledger.queries import reading
from showfloor.ledger.rules import of_sale
from showfloor.ledger.service import booking
from showfloor.ledger.service import reading as reading_service
from showfloor.ledger.tasks import BooksDiffer
from showfloor.ledger.types import BookedOrder, Entry
from showfloor.orders import service as orders
from showfloor.orders.service import RefundRequest
from showfloor.orders.types import WantedRefund
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import add_seller, execute, scalar
from tests.integration.ledger.conftest import (
    FEES,
    NET,
    PRICE,
    Shop,
    arrive,
    order_uuid,
    shop_url,
)

SOLD = [("payment", 2200), ("provider_fee", -58), ("platform_fee", -110)]
"""2200 pays 1.5 % and 25 to the provider, 5 % to the site."""


async def test_sale_is_booked_with_its_fees(shop: Shop) -> None:
    desk = await shop.buy()
    assert await shop.entries() == []
    await shop.hear()

    assert await shop.entries() == SOLD
    (payment, *_) = (await shop.get(f"/ledger/entries?order_id={desk.order_id}"))["items"][::-1]
    assert payment["order_id"] == desk.order_id
    assert payment["order_number"].startswith("LW-")
    assert payment["account"]["name"]["en"] == "loamwick"
    assert payment["others"][0] == {
        "holder": "provider",
        "id": None,
        "name": {"en": "Play money", "ar": "نقود تجريبية"},
    }


async def test_refund_gives_back_the_fee_of_the_site_and_not_that_of_the_provider(
    shop: Shop,
) -> None:
    desk = await shop.buy(2)
    await desk.refund(("SALT", 1, 0))
    await shop.hear()

    assert await shop.entries() == [
        ("payment", 4400),
        ("provider_fee", -91),
        ("platform_fee", -220),
        ("refund", -2200),
        ("platform_fee_back", 110),
    ]


async def test_cancelled_order_leaves_what_the_provider_kept(shop: Shop) -> None:
    desk = await shop.buy()
    await desk.post("cancel")
    await shop.hear()

    assert await shop.balance() == -58
    (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert (balance["payable"]["amount"], balance["waiting"]) == (-58, [])


async def test_events_that_come_twice_and_in_any_order_are_booked_once(shop: Shop) -> None:
    desk = await shop.buy(2)
    await desk.refund(("SALT", 1, 0))
    refund_id = ids.parse("ref", (await desk.look())["refunds"][0]["id"])
    order_id = order_uuid(desk)

    for _ in range(2):
        async with shop.database.session() as session:
            await service.book_refund(session, order_id, refund_id, FEES)
            await service.book_sale(session, order_id, FEES)
    await shop.hear()

    assert await shop.balance() == 4400 - 91 - 220 - 2200 + 110


async def failed_refund(shop: Shop, desk: Desk) -> UUID:
    """The buyer's bank sent back what was given for one piece."""
    await desk.refund(("SALT", 1, 1))
    refund_id = ids.parse("ref", (await desk.look())["refunds"][-1]["id"])
    async with shop.database.session() as session:
        await orders.fail_refund(session, refund_id)
    return refund_id


async def test_failed_refund_is_taken_back_by_entries_of_its_own_in_any_order(shop: Shop) -> None:
    desk = await shop.buy(2)
    refund_id, order_id = await failed_refund(shop, desk), order_uuid(desk)

    for _ in range(2):
        async with shop.database.session() as session:
            await service.book_failed_refund(session, order_id, refund_id, FEES)
            await service.book_refund(session, order_id, refund_id, FEES)
    await shop.hear()

    assert await shop.entries() == [
        ("payment", 4400),
        ("provider_fee", -91),
        ("platform_fee", -220),
        ("refund", -2200),
        ("platform_fee_back", 110),
        ("refund_failed", 2200),
        ("platform_fee_again", -110),
    ]
    assert await broken(shop.database, {}) == []


@pytest.mark.parametrize(("guarded", "payable"), [(True, 0), (False, 4089)])
async def test_what_came_back_from_the_bank_is_not_the_sellers_to_take(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool, payable: int
) -> None:
    """Nobody withdrew. The twin: a seller is paid with the buyer's money."""
    if not guarded:
        monkeypatch.setattr(reading, "owes_buyer", sqlalchemy.false)
    desk = await shop.buy(2)
    await arrive(desk)
    await desk.refund(("SALT", 2, 0))
    refund_id = ids.parse("ref", (await desk.look())["refunds"][-1]["id"])
    async with shop.database.session() as session:
        await orders.fail_refund(session, refund_id)
    await shop.hear()
    later = clock.now() + timedelta(days=60)
    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert balance["payable"]["amount"] == payable

    # Play money knows of no bank that sends money back, so it is not asked.
    asked = RefundRequest(WantedRefund(amount=Money(4400, "GBP")), "again", b"again")
    async with shop.database.session() as session:
        _, again = await orders.promise_refund(
            session,
            person=shop.seller.person,
            order_id=order_uuid(desk),
            asked=asked,
            look_at=later,
        )
        await orders.end_refund(session, again.id, given_back=True)
    await shop.hear()
    with clock.use(lambda: later):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]

    assert balance["payable"]["amount"] == -91


async def test_two_workers_book_one_sale_once(shop: Shop) -> None:
    order_id = order_uuid(await shop.buy())

    async def book() -> None:
        async with shop.database.session() as session:
            await service.book_sale(session, order_id, FEES)

    await asyncio.gather(*(book() for _ in range(4)))

    assert await shop.entries() == SOLD


@pytest.mark.parametrize(("guarded", "balance"), [(True, NET), (False, 2 * NET)])
async def test_each_thing_that_happened_has_one_entry_of_a_kind(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool, balance: int
) -> None:
    """The key of entries is enough, also where the books forget which orders they know. The twin:
    without what an entry comes from a sale is booked as often as it is told.
    """
    order_id = order_uuid(await shop.buy())

    async def add_always(*_args: object) -> bool:
        return True

    def of_nothing(order: BookedOrder, fee: int) -> list[Entry]:
        return [replace(entry, source_id=ids.new()) for entry in of_sale(order, fee)]

    monkeypatch.setattr(booking.queries, "add_order", add_always)
    if not guarded:
        monkeypatch.setattr(rules, "of_sale", of_nothing)

    for _ in range(2):
        async with shop.database.session() as session:
            await service.book_sale(session, order_id, FEES)

    assert await shop.balance() == balance


@pytest.mark.parametrize(
    "change",
    [
        "update ledger_posting set amount = amount + 1",
        "update ledger_entry set kind = 'refund'",
        "delete from ledger_posting",
        "delete from ledger_entry",
        "update ledger_line set rate = 1",
        "truncate ledger_posting, ledger_entry",
        "truncate payout_order, ledger_back, ledger_line, ledger_order",
    ],
)
async def test_database_refuses_to_change_what_was_written(shop: Shop, change: str) -> None:
    await shop.buy()
    await shop.hear()

    with pytest.raises(IntegrityError, match="never changed"):
        await execute(shop.database, change)

    assert await shop.entries() == SOLD


ADD = "insert into ledger_entry (id, kind, source_id, at, currency) values "
UNBALANCED = {
    "one side": "(10, 'merchant', 'x', 5)",
    "two sides that differ": "(10, 'merchant', 'x', 5), (11, 'provider', 'y', -4)",
}


async def add_entry(database: Database, postings: str) -> None:
    async with database.session() as session:
        entry = "'00000000-0000-0000-0000-000000000001'"
        await session.execute(text(f"{ADD} ({entry}, 'payment', {entry}, now(), 'GBP')"))
        if postings:
            values = postings.replace("(1", f"({entry}, 1")
            columns = "entry_id, position, holder, owner, amount"
            await session.execute(text(f"insert into ledger_posting ({columns}) values {values}"))


@pytest.mark.parametrize("postings", ["", *UNBALANCED.values()])
async def test_database_refuses_an_entry_that_is_not_balanced(
    database: Database, postings: str
) -> None:
    with pytest.raises(IntegrityError, match="not balanced"):
        await add_entry(database, postings)

    assert await scalar(database, "select count(*) from ledger_entry") == 0


LATE_POSTINGS = """insert into ledger_posting (entry_id, position, holder, owner, amount)
    select id, 7 + side, 'merchant', 'x', side * 2 - 1 from ledger_entry, (values (0), (1)) s (side)
    limit 2"""


async def test_entry_gains_no_postings_after_its_transaction(shop: Shop) -> None:
    """Balanced ones neither."""
    await shop.buy()
    await shop.hear()

    with pytest.raises(IntegrityError, match="gains no postings later"):
        await execute(shop.database, LATE_POSTINGS)

    assert await shop.entries() == SOLD


@pytest.mark.parametrize(
    ("table", "trigger", "harm", "postings"),
    [
        ("ledger_posting", "ledger_posting_not_emptied", "truncate ledger_posting", 0),
        ("ledger_posting", "ledger_posting_with_entry", LATE_POSTINGS, 8),
    ],
)
async def test_without_their_triggers_the_books_are_emptied_and_added_to(
    shop: Shop, database_url: str, table: str, trigger: str, harm: str, postings: int
) -> None:
    """The twin of both guards."""
    await shop.buy()
    await shop.hear()
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            SQL("alter table {} disable trigger {}").format(*map(Identifier, (table, trigger)))
        )

    await execute(shop.database, harm)

    assert await scalar(shop.database, "select count(*) from ledger_posting") == postings


async def test_job_finds_what_the_database_would_have_refused(
    database: Database, database_url: str
) -> None:
    """The twin: with the trigger taken out the entry stands, and the hourly job says so."""
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("alter table ledger_entry disable trigger ledger_entry_balance")
        admin.execute("alter table ledger_posting disable trigger ledger_posting_balance")
    await add_entry(database, UNBALANCED["one side"])

    with pytest.raises(BooksDiffer):
        await tasks.check_balance(database)


async def test_money_is_payable_when_the_buyer_can_no_longer_withdraw(shop: Shop) -> None:
    desk = await shop.buy()
    await shop.hear()
    (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert balance["payable"]["amount"] == 0
    assert balance["waiting"] == [
        {
            "payable_at": None,
            "amount": {"amount": NET, "currency": "GBP"},
            "orders": 1,
            "withdrawn": False,
        }
    ]

    await arrive(desk)
    await shop.hear()
    until = (await desk.look())["withdraw_until"]
    (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert balance["waiting"][0]["payable_at"] == until

    with clock.use(lambda: datetime.fromisoformat(until)):
        (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert (balance["payable"]["amount"], balance["waiting"]) == (NET, [])


async def test_statement_goes_from_opening_to_closing_to_the_cent(shop: Shop) -> None:
    now = clock.now()
    this = f"{now:%Y-%m}"
    _, turn = rules.month(this)
    following = f"{turn:%Y-%m}"
    _, later = rules.month(following)
    with clock.use(lambda: now):
        await shop.buy()
        await shop.hear()
    with clock.use(lambda: turn):
        desk = await shop.buy(2)
        await desk.refund(("SALT", 1, 0))
        await shop.hear()

    path = f"/statements?period={following}&format=csv"
    # Only months that have begun have a statement.
    with clock.use(lambda: later):
        (october,) = (await shop.get(f"/statements?period={this}"))["statements"]
        (november,) = (await shop.get(f"/statements?period={following}"))["statements"]
        (december,) = (await shop.get(f"/statements?period={later:%Y-%m}"))["statements"]
        answer = await shop.counter.client.get(path)

    assert october["opening"]["amount"] == 0
    assert october["closing"] == november["opening"]
    assert [
        (each["kind"], each["count"], each["amount"]["amount"]) for each in november["movements"]
    ] == [
        ("payment", 1, 2 * PRICE),
        ("provider_fee", 1, -91),
        ("platform_fee", 1, -220),
        ("refund", 1, -PRICE),
        ("platform_fee_back", 1, 110),
    ]
    moved = sum(each["amount"]["amount"] for each in november["movements"])
    assert november["closing"]["amount"] == november["opening"]["amount"] + moved
    assert (december["opening"], december["movements"]) == (november["closing"], [])
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["what"] for row in rows][::6] == ["opening", "closing"]
    assert sum(float(row["amount"]) for row in rows[:-1]) == pytest.approx(
        float(rows[-1]["amount"])
    )


async def entries_file(shop: Shop, month: str) -> httpx2.Response:
    """`month` may have a query behind it. For whoever is at the desk."""
    app = shop.counter.app
    app.dependency_overrides[get_caller] = app.dependency_overrides[get_person]
    period, mark, query = month.partition("?")
    return await shop.counter.client.get(f"/statements/{period}/entries{mark}{query}")


async def test_file_of_entries_makes_the_statement_of_each_month_to_the_cent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refund comes in the month after the sale, and fails in the one after that; the file is
    read in several parts. The oracle adds up every row of the database.
    """
    monkeypatch.setattr(reading_service, "_WALKED", 2)
    now = clock.now()
    months = [f"{now:%Y-%m}"]
    for _ in range(2):
        months.append(f"{rules.month(months[-1])[1]:%Y-%m}")
    with clock.use(lambda: now):
        desk = await shop.buy(2)
        await shop.hear()
    with clock.use(lambda: rules.month(months[1])[0]):
        refund_id = await failed_refund_promised(shop, desk)
        await shop.buy()
        await shop.hear()
    with clock.use(lambda: rules.month(months[2])[0]):
        async with shop.database.session() as session:
            await orders.fail_refund(session, refund_id)
        await shop.hear()

        carried = 0
        for month in months:
            (stated,) = (await shop.get(f"/statements?period={month}"))["statements"]
            answer = await entries_file(shop, month)
            rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            since, until = rules.month(month)
            every = await rows_of(shop, since, until)
            moved = [(row["what"], round(Decimal(row["amount"]) * 100)) for row in rows]

            assert moved == every != []
            assert stated["opening"]["amount"] == carried
            carried += sum(amount for _, amount in every)
            assert stated["closing"]["amount"] == carried
    assert [row["what"] for row in rows] == ["refund_failed", "platform_fee_again"]
    assert {row["order"] for row in rows} == {(await desk.look())["number"]}


async def failed_refund_promised(shop: Shop, desk: Desk) -> UUID:
    await desk.refund(("SALT", 1, 1))
    return ids.parse("ref", (await desk.look())["refunds"][-1]["id"])


async def rows_of(shop: Shop, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Of the seller's account, row by row, without a sum or a page."""
    async with await psycopg.AsyncConnection.connect(shop_url(shop)) as connection:
        found = await connection.execute(
            "select e.kind, p.amount, e.at, p.owner from ledger_posting p"
            " join ledger_entry e on e.id = p.entry_id order by e.id, p.position"
        )
        return [
            (kind, amount)
            for kind, amount, at, owner in await found.fetchall()
            if owner == shop.seller.merchant.id.hex and since <= at < until
        ]


async def test_file_of_entries_is_ones_own_and_of_a_month(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    month = f"{clock.now():%Y-%m}"
    own = ids.encode("mer", shop.seller.merchant.id)
    for path, status, code in (
        ("2026-13", 422, "period_invalid"),
        ("2099-01", 422, "period_invalid"),
        (f"{month}?account={ids.encode('mer', ids.new())}", 404, "account_not_found"),
    ):
        answer = await entries_file(shop, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    other = await add_seller(shop.database, "zafra", "ZA")
    shop.be(other.person)
    answer = await entries_file(shop, month)
    assert len(answer.text.splitlines()) == 1
    refused = await entries_file(shop, f"{month}?account={own}")
    assert (refused.status_code, refused.json()["code"]) == (404, "account_not_found")


async def test_name_that_is_a_formula_is_none_in_the_file_of_entries(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    name = '{"en": "=1+1", "ar": "=1+1"}'
    await execute(shop.database, f"update merchant set name = '{name}'::jsonb")

    answer = await entries_file(shop, f"{clock.now():%Y-%m}")

    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["account_name"] for row in rows} == {"'=1+1"}
    assert [row["amount"] for row in rows] == ["22.00", "-0.58", "-1.10"]


async def test_nobody_sees_the_books_of_others(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    own = ids.encode("mer", shop.seller.merchant.id)
    other = await add_seller(shop.database, "zafra", "ZA")
    shop.be(other.person)

    assert await shop.entries() == []
    assert (await shop.get("/ledger/balances"))["balances"] == []
    assert (await shop.get("/statements?period=2026-11"))["statements"] == []
    for path in ("/ledger/entries?", "/ledger/balances?", "/statements?period=2026-11&"):
        answer = await shop.counter.client.get(f"{path}account={own}")
        assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")


async def test_entries_are_read_page_by_page(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()

    seen, cursor = [], ""
    while cursor is not None:
        page = await shop.get(f"/ledger/entries?limit=1{cursor and '&cursor='}{cursor}")
        seen += [each["kind"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert seen == ["platform_fee", "provider_fee", "payment"]


async def test_orders_that_no_event_brought_are_booked_with_all_that_happened(shop: Shop) -> None:
    desk = await shop.buy(2)
    await desk.refund(("SALT", 2, 0))
    await execute(shop.database, "delete from outbox_event")

    assert await service.book_missing(shop.database, FEES) == 1
    assert await service.book_missing(shop.database, FEES) == 0

    assert await shop.balance() == -91


async def test_first_event_of_an_order_from_before_the_books_brings_all_that_went_back(
    shop: Shop,
) -> None:
    """Its refund was of a time without books: what comes later finds it, not the daily walk, which
    looks for orders that the books do not know.
    """
    desk = await shop.buy(2)
    await desk.refund(("SALT", 1, 0))
    await execute(shop.database, "delete from outbox_event")
    await arrive(desk)
    await shop.hear()
    await service.book_missing(shop.database, FEES)

    assert (await shop.entries())[-2:] == [("refund", -PRICE), ("platform_fee_back", 110)]
    assert await shop.balance() == 4400 - 91 - 220 - PRICE + 110


async def promise_cancel(shop: Shop, desk: Desk) -> UUID:
    """The merchant does not send the rest; the provider has not answered."""
    async with shop.database.session() as session:
        _, refund = await orders.promise_refund(
            session,
            person=shop.seller.person,
            order_id=order_uuid(desk),
            asked=orders.RefundRequest(None, ids.secret(), b"cancel"),
            look_at=clock.now() + timedelta(hours=1),
        )
    return refund.id


@pytest.mark.parametrize("shipped", [(), (("SALT", 1),)])
async def test_money_of_goods_that_may_still_be_sent_waits_while_a_refund_is_only_promised(
    shop: Shop, shipped: tuple[tuple[str, int], ...]
) -> None:
    """A refused refund is as if it had never been asked for: its pieces are sent after all."""
    desk = await shop.buy(2)
    if shipped:
        await desk.ship(*shipped)
        parcel = (await desk.look())["shipments"][0]["id"]
    refund_id = await promise_cancel(shop, desk)
    if shipped:
        await desk.post(f"shipments/{parcel}/delivered")
    await shop.hear()
    async with shop.database.session() as session:
        await service.note_progress(session, order_uuid(desk), FEES)
        await orders.end_refund(session, refund_id, given_back=False)
    await shop.hear()

    (balance,) = (await shop.get("/ledger/balances"))["balances"]
    assert balance["payable"]["amount"] == 0
    assert [each["payable_at"] for each in balance["waiting"]] == [None]
