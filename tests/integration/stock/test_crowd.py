"""A crowd that wants the same is served in one statement, each as if alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.errors import Busy
from showfloor.markets.types import SalesContext
from showfloor.stock import queries, service
from showfloor.stock.types import Caller, Hold, Line, Stock
from tests.integration.checkout.shop import (
    add_product,
    add_seller,
    let_expire,
    line,
    scalar,
    stock_now,
    take,
)

SHOW = ids.new()


async def crowd(
    database: Database, *wishes: tuple[Line, dict[str, Any]]
) -> list[Hold | BaseException]:
    """All at once through one batcher."""
    batcher = service.HoldBatcher(database)
    asking = [
        service.reserve(
            batcher,
            context=SalesContext.in_show(SHOW, "gb"),
            caller=Caller(more.get("previous"), more.get("client")),
            key=more.get("key", ids.secret()),
            request=repr((one.sku, one.quantity)).encode(),
            lines=[one],
            seconds=300,
        )
        for one, more in wishes
    ]
    return await asyncio.gather(*asking, return_exceptions=True)


def told(answers: list[Hold | BaseException]) -> list[str]:
    return [type(answer).__name__ for answer in answers]


async def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each crowd that was served in one statement."""
    sizes, real = list[int](), queries.reserve_batch

    async def reserve_batch(database: Database, crowd: list[queries.Reservation]) -> Any:
        sizes.append(len(crowd))
        return await real(database, crowd)

    monkeypatch.setattr(queries, "reserve_batch", reserve_batch)
    return sizes


async def test_crowd_is_served_in_one_statement(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, sizes = (
        await add_product(database, await add_seller(database)),
        await counted(monkeypatch),
    )

    answers = await crowd(database, *[(line(product), {}) for _ in range(40)])

    assert told(answers) == ["Hold"] * 40
    assert sizes == [40]
    assert await stock_now(database, product) == Stock(50, 40, 0)
    assert (
        await scalar(
            database,
            "select count(*) from hold where total = 2200 and expires_at > created_at + interval "
            "'290 s'",
        )
        == 40
    )


async def test_whoever_came_first_is_served_and_the_rest_hear_what_is_left(
    database: Database,
) -> None:
    product = await add_product(database, await add_seller(database), on_hand=10)

    answers = await crowd(database, *[(line(product), {}) for _ in range(30)])

    assert told(answers) == ["Hold"] * 10 + ["SoldOut"] * 20
    assert answers[-1].extra == {"lines": [{"sku": "MUG", "available": 0}]}  # type: ignore[union-attr]
    assert await stock_now(database, product) == Stock(10, 10, 0)


async def test_small_wish_behind_a_large_one_still_fits(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=10)

    answers = await crowd(
        database, *[(line(product, quantity), {}) for quantity in (1, 6, 5, 3, 1)]
    )

    assert told(answers) == ["Hold", "Hold", "SoldOut", "Hold", "SoldOut"]
    assert await stock_now(database, product) == Stock(10, 10, 0)


async def test_same_key_in_one_crowd_takes_once(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=3)
    wishes = [(line(product), {"key": key * 16}) for key in "abcaabbcca"]

    answers = await crowd(database, *wishes)

    assert told(answers) == ["Hold"] * 10
    assert len({hold.id for hold in answers if isinstance(hold, Hold)}) == 3
    assert await stock_now(database, product) == Stock(3, 3, 0)


async def test_same_key_in_two_crowds_of_two_servers_takes_once(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=20)
    wishes = [(line(product), {"key": str(number).zfill(16)}) for number in range(20)]

    answers = await asyncio.gather(*(crowd(database, *wishes) for _ in range(3)))

    assert {name for side in answers for name in told(side)} == {"Hold"}
    assert len({hold.id for side in answers for hold in side if isinstance(hold, Hold)}) == 20
    assert await stock_now(database, product) == Stock(20, 20, 0)


async def test_same_key_with_other_goods_conflicts(database: Database) -> None:
    product = await add_product(database, await add_seller(database))
    wishes = [
        (line(product), {}),
        (line(product), {"key": "k" * 16}),
        (line(product, 2), {"key": "k" * 16}),
    ]

    assert told(await crowd(database, *wishes)) == ["Hold", "Hold", "IdempotencyConflict"]
    assert await stock_now(database, product) == Stock(50, 2, 0)


async def test_guest_in_a_crowd_is_counted(database: Database) -> None:
    product = await add_product(database, await add_seller(database))
    first = await take(database, line(product), scope=SHOW)

    answers = await crowd(
        database, *[(line(product), {"previous": first.id}) for _ in range(8)], (line(product), {})
    )

    assert told(answers) == ["Hold"] * 4 + ["LimitReached"] * 4 + ["Hold"]
    assert await stock_now(database, product) == Stock(50, 6, 0)


async def test_crowd_gets_what_ran_out(database: Database) -> None:
    product = await add_product(database, await add_seller(database), on_hand=10)
    early = [await take(database, line(product, 2), scope=SHOW) for _ in range(5)]
    await let_expire(database, *(hold.id for hold in early[:3]))

    answers = await crowd(database, *[(line(product), {}) for _ in range(9)])

    assert sorted(told(answers)) == ["Hold"] * 6 + ["SoldOut"] * 3
    assert await stock_now(database, product) == Stock(10, 10, 0)


async def test_different_variants_do_not_wait_for_each_other(database: Database) -> None:
    product = await add_product(database, await add_seller(database), ("A", "B"), on_hand=5)

    answers = await crowd(database, *[(line(product, 1, number % 2), {}) for number in range(20)])

    assert told(answers).count("Hold") == 10
    assert (
        await stock_now(database, product)
        == await stock_now(database, product, 1)
        == Stock(5, 5, 0)
    )


async def test_crowd_whose_statement_fails_hears_of_it_and_the_next_is_served(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = await add_product(database, await add_seller(database))

    async def fail(database: Database, crowd: object) -> Any:
        raise Busy

    with monkeypatch.context() as broken:
        broken.setattr(queries, "reserve_batch", fail)
        assert told(await crowd(database, *[(line(product), {}) for _ in range(3)])) == ["Busy"] * 3
    assert told(await crowd(database, *[(line(product), {}) for _ in range(3)])) == ["Hold"] * 3
    assert await stock_now(database, product) == Stock(50, 3, 0)
