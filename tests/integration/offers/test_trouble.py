"""A rush, a count that takes away what a drop sells, a drop that cannot be ended: nobody else is
harmed. The twins show the harm without the guard.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest
from structlog.testing import capture_logs

from showfloor.app import verify
from showfloor.checkout.service.drop_door import AT_ONCE, DropDoor
from showfloor.kit import ids
from showfloor.kit.db import Connection, Database, Session
from showfloor.kit.pace import Limit
from showfloor.offers import queries
from showfloor.offers import service as offers
from showfloor.offers.service import end_drops, ending, planning, verify_drop
from showfloor.offers.types import Drop
from showfloor.realtime import service as realtime
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import Cue
from showfloor.stock.queries import apart
from tests.integration.checkout.shop import execute, let_expire, scalar, stock_now
from tests.integration.offers.conftest import Hall
from tests.waiting import until, until_somebody_waits

GUARD = pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "twin"])
CONNECTIONS = 8
"""Of a process's purchases (`kit.db.Database`)."""


def door(hall: Hall, **more: Any) -> DropDoor:
    """Another door of the process."""
    hall.app.state.checkout.door = made = DropDoor(**more)
    return made


async def count(hall: Hall, pieces: int) -> None:
    """The seller counts so many mugs that nobody bought."""
    mug = hall.floor.products[0]
    version = (await stock_now(hall.database, mug)).version
    counted = await hall.client.post(
        f"/api/v1/products/{ids.encode('prod', mug.id)}/stock",
        json={"sku": "MUG-1", "reason": "counted", "pieces": pieces, "version": version},
        headers={**hall.seller, "Idempotency-Key": ids.secret()},
    )
    assert counted.status_code == 200, counted.text


@GUARD
async def test_rush_leaves_connections_to_buyers_of_other_goods(
    hall: Hall, database: Database, guarded: bool
) -> None:
    drop = await hall.open()
    line = door(hall) if guarded else door(hall, at_once=1000)
    buyers = [await hall.buyer() for _ in range(3 * CONNECTIONS)]
    other = await hall.buyer()

    async with database.session() as session:
        assert await queries.lock_drop(session, ids.parse("drop", drop)) is not None
        rush = [asyncio.ensure_future(buyer.take(drop)) for buyer in buyers]
        await until(lambda: line.waiting(ids.parse("drop", drop)) == len(buyers))
        await until_somebody_waits(database, AT_ONCE if guarded else CONNECTIONS)
        buys = asyncio.ensure_future(other.reserve(("SCARF-1", 1)))
        if guarded:
            assert (await buys).status_code == 201
        else:
            done, _ = await asyncio.wait({buys, *rush}, return_when=asyncio.FIRST_COMPLETED)
            assert buys not in done
    answers = await asyncio.gather(*rush)

    assert (await buys).status_code == 201
    if guarded:
        assert sum(answer.is_success for answer in answers) == 4
        assert line.waiting(ids.parse("drop", drop)) == 0


@GUARD
async def test_network_asks_a_drop_at_a_pace(hall: Hall, guarded: bool) -> None:
    """Whatever tokens and drops somebody there makes up."""
    door(hall, attempts=Limit(3 if guarded else 1000, 60.0))
    drop, unknown = await hall.open(), ids.encode("drop", ids.new())

    async def ask(wanted: str) -> httpx2.Response:
        return await (await hall.buyer("10.9.9.9")).take(wanted)

    made_up = [await ask(unknown) for _ in range(3)]
    then = await ask(drop)
    elsewhere = await (await hall.buyer()).take(drop)

    assert {answer.json()["code"] for answer in made_up} == {"drop_not_found"}
    assert elsewhere.status_code == 201
    if guarded:
        assert (then.status_code, then.json()["code"]) == (429, "rate_limited")
        assert 0 < int(then.headers["retry-after"]) <= 60
    else:
        assert then.status_code == 201


@GUARD
async def test_who_comes_early_locks_nothing(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    async def find(connection: Connection, drop_id: UUID) -> Drop:
        found = await queries.read_drop(connection, drop_id)
        assert found is not None
        return found[0]

    if not guarded:
        monkeypatch.setattr(offers, "find_drop", find)
    drop = await hall.announce()
    buyer = await hall.buyer()

    async with database.session() as session:
        await queries.lock_drop(session, ids.parse("drop", drop))
        early = asyncio.ensure_future(buyer.take(drop))
        if guarded:
            await early
        else:
            await until_somebody_waits(database)

    assert (await early).json()["code"] == "drop_not_open"


@GUARD
async def test_what_is_not_there_is_not_sold_and_the_drop_closes(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        assert apart.is_there.__kwdefaults__ is not None
        monkeypatch.setitem(
            apart.is_there.__kwdefaults__, "statement", "select %(apart)s is not null"
        )
    drop = await hall.open(units=8)
    first, second = await hall.buyer(), await hall.buyer()
    await first.take(drop)

    await count(hall, 1)
    refused = await second.take(drop)
    await first.give_details()
    paid = await first.pay()
    await end_drops(database)

    assert paid.json()["status"] == "paid"
    left = await stock_now(database, hall.floor.products[0])
    if not guarded:
        # Held for somebody who will pay for it.
        assert (refused.status_code, left.in_stock) == (201, 0)
        return
    assert (refused.status_code, refused.json()["code"]) == (409, "drop_closed")
    assert (left.sold, left.held, left.available, left.missing) == (1, 0, 0, 7)
    log = (await hall.client.get(f"/api/v1/drops/{drop}/log")).content.splitlines(keepends=True)
    proof = verify_drop(log)
    assert proof.holds and (proof.sold, proof.arrivals) == (1, 1)
    assert b'"kind":"closed"' in log[-2]
    assert await verify.broken(database, hall.app.state.checkout.providers) == []


async def test_drop_whose_pieces_went_is_called_off_before_it_opens(
    hall: Hall, database: Database
) -> None:
    drop = await hall.announce(units=8)

    await count(hall, 7)
    await end_drops(database)

    assert (await (await hall.buyer()).take(drop)).json()["code"] == "drop_closed"
    assert (await stock_now(database, hall.floor.products[0])).available == 7


async def test_other_pieces_than_a_drops_may_go(hall: Hall, database: Database) -> None:
    drop = await hall.open(units=8)

    await count(hall, 8)
    await end_drops(database)

    assert (await (await hall.buyer()).take(drop)).status_code == 201


class Silent:
    """A log whose writer stops at what it is given."""

    def exception(self, *_: object, **_more: object) -> None:
        raise

    warning = exception


@GUARD
async def test_drop_that_cannot_be_ended_keeps_no_other_open(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    drop = await hall.open()
    # Of a show that is gone, and first in turn.
    columns = await scalar(
        database,
        "select string_agg(column_name, ', ') from information_schema.columns"
        " where table_name = 'drop' and column_name not in ('id', 'show_id', 'opens_at')",
    )
    await execute(
        database,
        f"insert into drop (id, show_id, opens_at, {columns}) select gen_random_uuid(),"
        f" gen_random_uuid(), opens_at - interval '1 hour', {columns} from drop",
    )
    hall.passed[0] += 60_000

    if not guarded:
        monkeypatch.setattr(ending, "log", Silent())
        with pytest.raises(ShowNotFound):
            await end_drops(database)
    else:
        await end_drops(database)

    log = await hall.client.get(f"/api/v1/drops/{drop}/log")
    assert log.status_code == (200 if guarded else 409)


@GUARD
async def test_product_stays_in_the_show_until_its_drop_has_ended(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(Cue, "dropped_id", property(lambda _: None))
    drop = await hall.open()
    product = ids.encode("prod", hall.floor.products[0].id)
    path = f"/shows/{hall.show}/products/{product}"

    removed = await hall.ask("DELETE", path, hall.host)
    taken = await (await hall.buyer()).take(drop)

    if not guarded:
        assert removed.status_code == 204
        assert taken.json()["code"] == "not_for_sale"
        return
    assert (removed.status_code, removed.json()["code"]) == (409, "product_in_drop")
    assert taken.status_code == 201
    await let_expire(database, ids.parse("hold", taken.json()["id"]))
    assert (await hall.proof(drop)).holds
    assert (await hall.ask("DELETE", path, hall.host)).status_code == 204


async def test_drop_that_has_sold_everything_ends_and_makes_room(
    hall: Hall, database: Database
) -> None:
    drop = await hall.open(units=2)
    first, second = await hall.buyer(), await hall.buyer()
    await first.buy(drop)
    await second.take(drop)

    await end_drops(database)
    waits = await hall.client.get(f"/api/v1/drops/{drop}/log")
    await second.give_details()
    await second.pay()
    await end_drops(database)
    log = await hall.client.get(f"/api/v1/drops/{drop}/log")

    assert waits.json()["code"] == "drop_log_not_ready"
    proof = verify_drop(log.content.splitlines(keepends=True))
    assert proof.holds and proof.sold == 2
    await hall.announce(units=2)


@GUARD
async def test_unpaid_hold_of_a_drop_that_is_over_keeps_no_next_one(
    hall: Hall, database: Database, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(planning, "make_way", is_way_free)
    first = await hall.open()
    late = await hall.buyer()
    await late.take(first)
    second = (await hall.plan(price=1800)).json()["id"]
    await hall.agree(second)
    too_soon = await hall.ask("POST", f"/drops/{second}/open", hall.host)
    hall.passed[0] += 60_000

    opened = await hall.ask("POST", f"/drops/{second}/open", hall.host)

    assert too_soon.json()["code"] == "drop_running"
    if not guarded:
        assert opened.json()["code"] == "drop_running"
        return
    assert opened.status_code == 200
    hall.passed[0] += 10_000
    bought = await (await hall.buyer()).buy(second)
    await late.give_details()
    late_one = await late.pay()
    await end_drops(database)

    assert [each.json()["status"] for each in (bought, late_one)] == ["paid", "paid"]
    log = (await hall.client.get(f"/api/v1/drops/{first}/log")).content.splitlines(keepends=True)
    assert verify_drop(log).holds and verify_drop(log).sold == 1
    # The room has one place, and it is the newer one's.
    assert await in_room(hall, database) == {
        "id": second,
        "closed": False,
        "sold": None,
        "log_url": None,
    }
    assert (await hall.proof(second)).holds


async def is_way_free(session: Session, show_id: UUID) -> bool:
    """Without looking at its time."""
    return await queries.announced_of_show(session, show_id) is None


async def in_room(hall: Hall, database: Database) -> Any:
    async with database.session() as session:
        return (await realtime.snapshot(session, hall.floor.show.id)).entries["drop"]


async def test_drop_that_does_not_add_up_is_said_loudly_and_fails_its_check(
    hall: Hall, database: Database
) -> None:
    drop = await hall.open()
    # A piece goes astray.
    await execute(database, "update stock_apart set free = free - 1")

    with capture_logs() as logged:
        proof = await hall.proof(drop)

    said = [each for each in logged if each["event"] == "drop does not add up"]
    assert [(each["log_level"], each["sold"], each["returned"]) for each in said] == [
        ("error", 0, 3)
    ]
    assert [problem.check for problem in proof.problems] == ["end"]


async def test_log_comes_in_parts_and_is_kept_by_caches(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("showfloor.offers.service.reading._LINES", 2)
    drop = await hall.open()
    await (await hall.buyer()).buy(drop)

    lines = await hall.end(drop)
    answer = await hall.client.get(f"/api/v1/drops/{drop}/log")
    tag = answer.headers["etag"]
    known = await hall.client.get(
        f"/api/v1/drops/{drop}/log", headers={"If-None-Match": f'"other", {tag}'}
    )

    proof = verify_drop(lines)
    assert proof.holds and len(lines) == 5
    assert tag == f'W/"{proof.head}"'
    assert answer.content == b"".join(lines)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (known.status_code, known.content) == (304, b"")


async def test_hold_says_of_which_drop_it_is(hall: Hall) -> None:
    drop = await hall.open()
    buyer, other = await hall.buyer(), await hall.buyer()
    await buyer.take(drop)
    await other.reserve(("MUG-1", 1))

    looked = await buyer.ask("GET", f"/holds/{buyer.hold['id']}")

    assert [buyer.hold["drop_id"], looked.json()["drop_id"]] == [drop, drop]
    assert other.hold["drop_id"] is None
