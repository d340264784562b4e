"""What an account sees of the books: balances, statements, entries page by page and as a file."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal

import httpx2
import psycopg
import pytest

from showfloor.identity.http import get_caller, get_person
from showfloor.kit import clock, ids
from showfloor.ledger import rules
from showfloor.ledger.service import reading as reading_service
from showfloor.orders import service as orders
from tests.integration.checkout.shop import add_seller, execute
from tests.integration.ledger.conftest import NET, PRICE, Shop, arrive, refund_one, shop_url


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
        refund_id = await refund_one(desk)
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
