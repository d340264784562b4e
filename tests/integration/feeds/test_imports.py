"""An export becomes products: compared first, taken over when the merchant says so, and never
twice.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.feeds import rules, service, tasks
from showfloor.kit import clock, ids
from showfloor.stock import service as stock
from showfloor.stock.types import Stock
from tests.integration.checkout.shop import add_seller, execute, person, scalar
from tests.integration.feeds.conftest import Desk
from tests.integration.feeds.shopify import export, first, further

SHIRT = [
    first("linen-shirt", "Linen shirt", axis="Size", value="S", sku="LS-S", price="48.00",
          body="<p>Woven in <b>Porto</b>.</p><ul><li>Linen</li><li>Loose</li></ul>"),
    further("linen-shirt", value="M", sku="LS-M", price="48.00", tracker="shopify", qty="3",
            policy="deny"),
    further("linen-shirt", picture="https://shop.example/shirt-2.jpg"),
]  # fmt: skip
MUG = [first("mug", "Mug", price="22.00", qty="7")]
BOWL = [first("bowl", "Bowl")]
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
"""Without the guard the database refuses, and the whole import with it."""


async def products(desk: Desk) -> dict[str, Product]:
    async with desk.database.session() as session:
        page = await catalog.list_sellable_products(session, person=desk.seller.person)
    return {product.slug: product for product in page.products}


async def on_hand(desk: Desk, product: Product) -> list[int]:
    async with desk.database.session() as session:
        found = await stock.stock_of(session, [each.id for each in product.variants])
    return [found[each.id].on_hand for each in product.variants]


async def price_history(desk: Desk) -> int:
    counted = await scalar(desk.database, "select count(*) from price")
    assert isinstance(counted, int)
    return counted


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in ("rows", "created", "changed", "unchanged", "left_out")}


async def test_comparison_says_what_would_change_and_changes_nothing(desk: Desk) -> None:
    found = await desk.compare(export([*SHIRT, *MUG]))

    assert found["state"] == "compared"
    assert found["format"] == "shopify"
    assert counts(found) == {"rows": 4, "created": 2, "changed": 0, "unchanged": 0, "left_out": 0}
    lines = await desk.lines(found["id"], "created")
    assert [line["name"] for line in lines] == ["Linen shirt", "Mug"]
    offered = [
        (each["field"], each["sku"], each["was"], each["now_price"] or each["now"])
        for each in lines[0]["changes"]
    ]
    assert offered == [
        ("price", "LS-S", "", {"amount": 4800, "currency": "GBP"}),
        ("stock", "LS-S", "", "5"),
        ("price", "LS-M", "", {"amount": 4800, "currency": "GBP"}),
        ("stock", "LS-M", "", "3"),
    ]
    assert await products(desk) == {}
    assert await price_history(desk) == 0


async def test_applied_import_becomes_products_that_can_be_sold(desk: Desk) -> None:
    compared = await desk.compare(export([*SHIRT, *MUG]))
    applied = await desk.client.post(f"/imports/{compared['id']}/apply")
    await desk.run()
    found = await desk.get(compared["id"])

    assert applied.status_code == 202
    assert (found["state"], found["created"], found["handled"]) == ("done", 2, 2)
    assert found["expected"] == 2
    shirt = (await products(desk))["linen-shirt"]
    assert shirt.name == {"en": "Linen shirt", "ar": "Linen shirt"}
    assert shirt.description["en"] == "Woven in Porto.\n\n• Linen\n• Loose"
    assert [axis.name["en"] for axis in shirt.options] == ["Size"]
    assert [variant.sku for variant in shirt.variants] == ["LS-S", "LS-M"]
    assert await on_hand(desk, shirt) == [5, 3]
    async with desk.database.session() as session:
        priced = await catalog.price_products(session, [shirt], "GBP")
    assert [price.amount for price in priced[shirt.id].prices.values()] == [4800, 4800]


async def test_same_file_twice_changes_nothing(desk: Desk) -> None:
    file = export([*SHIRT, *MUG])
    await desk.take_over(file)
    before = await products(desk), await price_history(desk)
    told = await scalar(desk.database, "select count(*) from outbox_event")

    again = await desk.take_over(file)

    assert counts(again) == {"rows": 4, "created": 0, "changed": 0, "unchanged": 2, "left_out": 0}
    assert (await products(desk), await price_history(desk)) == before
    assert await scalar(desk.database, "select count(*) from outbox_event") == told


async def test_changed_file_says_each_difference_and_prices_go_into_the_history(
    desk: Desk,
) -> None:
    await desk.take_over(export([*SHIRT, *MUG]))
    dearer = [first("mug", "Mug with a handle", price="24.00", qty="9")]

    found = await desk.take_over(export([*SHIRT, *dearer]))

    assert (found["changed"], found["unchanged"]) == (1, 1)
    (line,) = await desk.lines(found["id"], "changed")
    changes = {each["field"]: each for each in line["changes"]}
    assert (changes["name"]["was"], changes["name"]["now"]) == ("Mug", "Mug with a handle")
    assert changes["price"]["was_price"] == {"amount": 2200, "currency": "GBP"}
    assert changes["price"]["now_price"] == {"amount": 2400, "currency": "GBP"}
    assert (changes["stock"]["was"], changes["stock"]["now"]) == ("7", "9")
    assert await price_history(desk) == 4
    kinds = "select count(*) from outbox_event where kind = :kind"
    assert await scalar(desk.database, kinds, kind="catalog.price_changed.v1") == 1
    assert await scalar(desk.database, kinds, kind="catalog.product_changed.v1") == 1


async def test_translation_stays_when_the_original_did_not_change(desk: Desk) -> None:
    await desk.take_over(export(MUG))
    await execute(desk.database, 'update product set name = \'{"en": "Mug", "ar": "كوب"}\'')

    found = await desk.take_over(export([first("mug", "Big mug", price="22.00", qty="7")]))

    assert found["changed"] == 1
    assert (await products(desk))["mug"].name == {"en": "Big mug", "ar": "كوب"}


async def test_rows_that_cannot_be_sold_are_left_out_with_a_reason(desk: Desk) -> None:
    file = export(
        [
            first("gift", "Voucher", gift="true"),
            first("old", "Old", status="archived"),
            first("odd", "Odd", price="1.299"),
            first("free", "Free", price="0.00"),
            first("a", "A", sku="SAME"),
            first("b", "B", sku="SAME"),
            {"Title": "Nobody's"},
        ]
    )

    found = await desk.take_over(file)

    assert (found["created"], found["left_out"]) == (1, 6)
    said = {error["row"]: error["code"] for error in found["errors"]}
    assert said == {
        2: "gift_card",
        3: "archived",
        4: "price_ambiguous",
        5: "price_zero",
        7: "sku_twice",
        8: "handle_missing",
    }
    ambiguous = next(each for each in found["errors"] if each["row"] == 4)
    assert ambiguous["message"] == "The price is “1.299”. It could be a thousand or a fraction."
    assert ambiguous["mend"] == "Write it as 1299.00 in the column Variant Price."
    assert set(await products(desk)) == {"a"}


async def test_reasons_are_in_the_readers_language(desk: Desk) -> None:
    found = await desk.compare(export([first("free", "Free", price="0")]))

    answer = await desk.client.get(f"/imports/{found['id']}", headers={"Accept-Language": "ar"})

    assert answer.json()["errors"][0]["message"] == "السعر صفر، ولا يُباع شيء بلا ثمن."


async def test_variant_that_the_file_does_not_name_any_more_is_not_sold_any_more(
    desk: Desk,
) -> None:
    await desk.take_over(export(SHIRT))

    found = await desk.take_over(export(SHIRT[:1]))

    shirt = (await products(desk))["linen-shirt"]
    assert found["changed"] == 1
    assert await on_hand(desk, shirt) == [5, 0]


async def test_variant_with_a_row_that_cannot_be_read_is_still_sold(desk: Desk) -> None:
    await desk.take_over(export(SHIRT))
    broken = [SHIRT[0], SHIRT[1] | {"Variant Price": "forty"}]

    await desk.take_over(export(broken))

    assert await on_hand(desk, (await products(desk))["linen-shirt"]) == [5, 3]


@guarded
async def test_count_below_what_is_promised_stays_at_what_is_promised(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(Stock, "kept", lambda _stock, count: count)
    await desk.take_over(export(MUG))
    mug = (await products(desk))["mug"]
    await execute(desk.database, "update stock_item set sold = 4, held = 1")

    fewer = await desk.take_over(export([first("mug", "Mug", price="22.00", qty="2")]))

    assert await on_hand(desk, mug) == [5]
    missing = await scalar(desk.database, "select missing from stock_item")
    assert missing == (0 if guard else 3)
    assert fewer["state"] == "done"
    if guard:
        again = await desk.take_over(export([first("mug", "Mug", price="22.00", qty="2")]))
        assert again["unchanged"] == 1


@pytest.mark.parametrize(
    ("held", "count", "missing", "there"),
    [(0, "5", 0, 5), (0, "1", 0, 1), (5, "4", 1, 4), (5, "1", 3, 2), (5, "7", 0, 7)],
)
async def test_count_of_a_file_makes_up_for_missing_pieces_and_forgets_none(
    desk: Desk, held: int, count: str, missing: int, there: int
) -> None:
    await desk.take_over(export(MUG))
    counted = f"update stock_item set on_hand = 5, missing = 3, held = {held}"
    await execute(desk.database, counted)

    await desk.take_over(export([first("mug", "Mug", price="22.00", qty=count)]))

    found = "select array[missing, on_hand - missing] from stock_item"
    assert await scalar(desk.database, found) == [missing, there]


async def test_stranger_sees_nothing_and_adds_nothing(desk: Desk) -> None:
    found = await desk.compare(export(MUG))
    other = await add_seller(desk.database, "zafralune", "ZL")
    desk.as_person(other.person)

    answers = [
        await desk.client.get(f"/imports/{found['id']}"),
        await desk.client.get(f"/imports/{found['id']}/lines"),
        await desk.client.post(f"/imports/{found['id']}/apply"),
    ]
    sent = await desk.send(export(MUG), merchant=ids.encode("mer", desk.seller.merchant.id))

    assert [answer.json()["code"] for answer in answers] == ["import_not_found"] * 3
    assert sent.json()["code"] == "merchant_not_found"
    assert (await desk.client.get("/imports")).json()["items"] == []
    await desk.run()
    assert await products(desk) == {}


async def test_same_key_is_the_same_import_and_another_file_with_it_is_refused(
    desk: Desk,
) -> None:
    key = ids.secret()

    sent = await desk.send(export(MUG), key)
    again = await desk.send(export(MUG), key)
    other = await desk.send(export(SHIRT), key)

    assert again.json()["id"] == sent.json()["id"]
    assert other.json()["code"] == "idempotency_conflict"
    assert await scalar(desk.database, "select count(*) from product_import") == 1
    assert len(list(desk.folder.path(ids.new()).parent.iterdir())) == 1


async def test_second_import_waits_for_the_first(desk: Desk) -> None:
    await desk.send(export(MUG))

    second = await desk.send(export(SHIRT))

    assert (second.status_code, second.json()["code"]) == (409, "import_running")
    await desk.run()
    assert (await desk.send(export(SHIRT))).status_code == 202


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"currency": "XXQ"}, "import_currency_unknown"),
        ({"format": "excel"}, "import_format_unknown"),
        ({"merchant": "mer_1"}, "not_found"),
    ],
)
async def test_request_that_says_nonsense_is_refused(
    desk: Desk, fields: dict[str, str], code: str
) -> None:
    answer = await desk.send(export(MUG), **fields)

    assert answer.json()["code"] == code
    assert await scalar(desk.database, "select count(*) from product_import") == 0


async def test_request_without_a_file_is_refused(desk: Desk) -> None:
    answer = await desk.client.post(
        "/imports", data={"currency": "GBP"}, headers={"Idempotency-Key": ids.secret()}
    )

    assert answer.json()["code"] == "import_file_missing"


async def test_seller_for_nobody_names_no_merchant(desk: Desk) -> None:
    desk.as_person(person())

    assert (await desk.send(export(MUG))).json()["code"] == "merchant_not_found"


async def test_import_that_was_not_compared_cannot_be_applied(desk: Desk) -> None:
    sent = (await desk.send(export(MUG))).json()

    early = await desk.client.post(f"/imports/{sent['id']}/apply")

    assert early.json()["code"] == "import_not_compared"
    await desk.run()
    assert await products(desk) == {}


async def test_applying_twice_is_applying_once(desk: Desk) -> None:
    compared = await desk.compare(export(MUG))
    for _ in range(2):
        await desk.client.post(f"/imports/{compared['id']}/apply")
        await desk.run()

    assert len(await products(desk)) == 1
    assert (await desk.get(compared["id"]))["created"] == 1


async def test_worker_that_takes_over_goes_on_where_the_other_stopped(
    desk: Desk,
) -> None:
    await desk.take_over(export([*SHIRT, *MUG]))
    # As a worker leaves it that died after the first of two products.
    await desk.send(export([*SHIRT, *MUG, *BOWL]), dry_run="false")
    await execute(
        desk.database,
        "update product_import set state = 'running', attempts = 1, handled = 2, "
        "rows = 4, unchanged = 2 where ended_at is null",
    )
    await desk.run()

    newest = (await desk.client.get("/imports")).json()["items"][0]
    assert (newest["state"], newest["created"], newest["unchanged"]) == ("done", 1, 2)
    assert (newest["handled"], newest["rows"]) == (3, 5)


@guarded
async def test_import_that_ends_its_worker_each_time_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "MOST_ATTEMPTS", rules.MOST_ATTEMPTS + 1)
    sent = (await desk.send(export(MUG), dry_run="false")).json()
    # As workers leave it that died each time before they said anything.
    await execute(desk.database, "update product_import set state = 'running', attempts = 5")

    await desk.run()

    found = await desk.get(sent["id"])
    assert found["state"] == ("failed" if guard else "done")
    assert set(await products(desk)) == (set() if guard else {"mug"})


@guarded
async def test_sku_of_another_product_stays_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "_without_others", lambda listing, *_: listing)
    await desk.take_over(export(MUG))

    found = await desk.take_over(export([first("beaker", "Beaker", sku="MUG"), *BOWL]))

    assert found["state"] == ("done" if guard else "waiting")
    assert set(await products(desk)) == ({"mug", "bowl"} if guard else {"mug"})
    if guard:
        assert [error["code"] for error in found["errors"]] == ["sku_elsewhere"]
        assert found["errors"][0]["message"] == "The SKU MUG belongs to Mug here."


@pytest.mark.parametrize("batch", [1, 2])
async def test_product_that_the_file_has_twice_is_taken_over_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Both name SKUs of a product that was made here, without the key of another shop."""
    monkeypatch.setattr(service, "BATCH_PRODUCTS", batch)
    await desk.take_over(export(SHIRT))
    await execute(desk.database, "update product set source_key = null")
    before = await products(desk)
    split = [
        first("shirt-s", "Shirt, small", axis="Size", value="S", sku="LS-S", price="48.00"),
        first("shirt-m", "Shirt, medium", axis="Size", value="M", sku="LS-M", price="48.00"),
    ]

    compared = await desk.compare(export(split))
    found = await desk.take_over(export(split))

    assert counts(found) == counts(compared)
    assert (found["changed"], found["created"]) == (1, 0)
    assert [error["code"] for error in found["errors"]] == ["sku_elsewhere"]
    (shirt,) = (await products(desk)).values()
    assert shirt.name["en"] == "Shirt, small"
    assert [variant.id for variant in shirt.variants] == [
        variant.id for variant in before["linen-shirt"].variants
    ]


async def test_counts_of_an_import_are_told_as_all_counts_are(desk: Desk) -> None:
    await desk.take_over(export(MUG))
    await desk.compare(export([first("mug", "Mug", price="22.00", qty="9")]))
    told = "select count(*) from outbox_event where kind = 'stock.changed.v1'"
    assert await scalar(desk.database, told) == 1

    await desk.take_over(export([first("mug", "Mug", price="22.00", qty="9")]))

    (mug,) = (await products(desk)).values()
    assert await scalar(desk.database, told) == 2
    newest = "select payload ->> 'variant_ids' from outbox_event order by id desc limit 1"
    assert await scalar(desk.database, newest) == f'["{mug.variants[0].id}"]'


async def test_only_files_that_are_read_again_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "KEPT_COMPARISONS", 2)
    await desk.take_over(export(MUG))
    await desk.compare(b"neither, nor\n")
    assert stored(desk) == set()

    first_one, *others = [(await desk.compare(export(SHIRT)))["id"] for _ in range(3)]
    assert stored(desk) == set(others)
    await desk.client.post(f"/imports/{first_one}/apply")
    await desk.run()

    found = await desk.get(first_one)
    assert (found["state"], found["failure"]["code"]) == ("failed", "file_gone")
    assert set(await products(desk)) == {"mug"}


async def test_file_that_a_killed_process_left_goes_after_a_day(desk: Desk) -> None:
    known = (await desk.compare(export(MUG)))["id"]
    for import_id in (ids.new(), ids.parse("imp", known)):
        file = desk.folder.path(import_id)
        file.touch()
        yesterday = clock.now().timestamp() - timedelta(hours=25).total_seconds()
        os.utime(file, (yesterday, yesterday))
    fresh = ids.new()
    desk.folder.path(fresh).touch()

    await tasks.forget_old(desk.database, folder=desk.folder)

    assert stored(desk) == {known, ids.encode("imp", fresh)}


def stored(desk: Desk) -> set[str]:
    """Imports whose files are here."""
    folder = desk.folder.path(ids.new()).parent
    return {ids.encode("imp", UUID(file.stem)) for file in folder.iterdir()}
