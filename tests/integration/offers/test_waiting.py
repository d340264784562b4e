"""Who waits for what is sold out gets the next piece in their turn: it is held for them and for
nobody else, and the log says so.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from showfloor.kit.db import Session
from showfloor.kit.pace import Limit
from showfloor.offers.http import waiting as waiting_http
from showfloor.offers.queries import waiting as queries
from showfloor.offers.rules import waiting as rules
from showfloor.offers.rules.running import milliseconds
from showfloor.offers.service import lapse_old, offer_freed
from showfloor.offers.types.waiting import Place
from showfloor.stock import queries as stock_queries
from showfloor.stock.queries import RESERVE
from showfloor.viewers import http as viewers_http
from tests.guards import guarded
from tests.integration.app.conftest import BASE
from tests.integration.checkout.shop import execute, scalar
from tests.integration.notices.postbox import postbox
from tests.integration.offers.conftest import Hall
from tests.integration.offers.coupons import agrees
from tests.integration.offers.waiters import (
    SKU,
    count,
    deliver,
    in_line,
    leave_by_mail,
    log_of,
    proof,
    run_out,
    waiter,
)
from tests.integration.stock.test_line import without_line
from tests.integration.viewers.test_sign_in import words


@pytest.fixture(autouse=True)
def own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-ins are counted in the process, and all tests come from one address."""
    for name in ("_asked", "_tried"):
        most = getattr(viewers_http, name).most
        monkeypatch.setattr(viewers_http, name, viewers_http.PerMinute(most))


@pytest.fixture(autouse=True)
def clock_of_lists(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        queries, "milliseconds", lambda moment: milliseconds(moment) + hall.passed[0]
    )


@pytest.fixture
async def sold_out(hall: Hall) -> Hall:
    await count(hall, 0)
    return hall


async def test_first_in_line_gets_the_piece_that_comes_back(sold_out: Hall) -> None:
    first, second, third = await in_line(sold_out, "anna", "badr", "cleo")
    assert [(await each.wait())["number"] for each in (first, second, third)] == [1, 2, 3]

    await count(sold_out, 1)
    await offer_freed(sold_out.database)

    offered = await first.wait()
    assert (offered["state"], offered["number"], offered["sku"]) == ("offered", None, SKU)
    assert [(await each.wait())["number"] for each in (second, third)] == [1, 2]
    assert (await second.wait())["held"] is None
    checked = await proof(sold_out, offered)
    assert (checked.problems, checked.joined, checked.offered, checked.waiting) == ((), 3, 1, 2)


async def test_offer_is_bought_as_any_other_hold(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    place = await anna.wait()

    buyer = await anna.buyer()
    assert (await buyer.give_details()).status_code == 201
    assert (await buyer.pay()).json()["status"] == "paid"
    await offer_freed(sold_out.database)

    checked = await proof(sold_out, place)
    assert (checked.problems, checked.bought, checked.ended) == ((), 1, True)
    assert await anna.waits() == [], "nothing leads from the log to them any more"
    assert await scalar(sold_out.database, "select salt from waiting_list") is None
    assert await scalar(sold_out.database, "select max(waiting) from stock_item") == 0


@guarded
async def test_stranger_gets_no_piece_for_which_somebody_waits(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Between the moment at which it is free and the offer."""
    if not guard:
        reserve = stock_queries.reserve
        unguarded = without_line(RESERVE)
        monkeypatch.setattr(
            stock_queries, "reserve", lambda database, asked: reserve(database, asked, unguarded)
        )
    (anna,) = await in_line(sold_out, "anna")
    await count(sold_out, 1)

    stranger = await sold_out.buyer()
    answer = await stranger.reserve((SKU, 1))
    await offer_freed(sold_out.database)

    assert (answer.status_code, (await anna.wait())["state"]) == (
        (409, "offered") if guard else (201, "waiting")
    )
    if guard:
        assert answer.json()["code"] == "sold_out"
        assert (await stranger.reserve((SKU, 1))).status_code == 409, "it is held"


async def test_room_shows_nothing_left_while_people_wait(sold_out: Hall) -> None:
    await in_line(sold_out, "anna", "badr")
    await count(sold_out, 3)

    left = f"select available from room_stock where sku = '{SKU}'"
    assert await scalar(sold_out.database, left) == 1
    await offer_freed(sold_out.database)
    assert await scalar(sold_out.database, left) == 1


@pytest.mark.parametrize("way", ["ran out", "given back", "declined", "by mail"])
async def test_piece_that_is_not_bought_goes_to_the_next(sold_out: Hall, way: str) -> None:
    anna, badr = await in_line(sold_out, "anna", "badr")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    place = await anna.wait()

    if way == "ran out":
        sold_out.passed[0] += rules.OFFER_SECONDS * 1000
        await run_out(sold_out.database, place["held"]["hold_id"])
    elif way == "given back":
        buyer = await anna.buyer()
        gone = await buyer.ask("DELETE", f"/holds/{buyer.hold['id']}")
        assert gone.status_code == 204
    elif way == "declined":
        assert (await anna.leave(place["id"])).status_code == 204
    else:
        assert (await leave_by_mail(sold_out, place["id"])).status_code == 204
    await offer_freed(sold_out.database)

    assert (await badr.wait())["state"] == "offered"
    log = b"".join(await log_of(sold_out, place))
    assert (b'"reason":"expired"' in log) is (way == "ran out")
    assert (await proof(sold_out, place)).problems == ()
    held = "select count(*) from hold_line where state = 'held'"
    assert await scalar(sold_out.database, held) == 1
    assert await agrees(sold_out) == []


async def test_who_let_it_pass_may_wait_again_behind_the_others(sold_out: Hall) -> None:
    anna, badr, _ = await in_line(sold_out, "anna", "badr", "cleo")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    sold_out.passed[0] += rules.OFFER_SECONDS * 1000
    await run_out(sold_out.database, (await anna.wait())["held"]["hold_id"])
    await offer_freed(sold_out.database)
    assert (await anna.wait())["state"] == "passed"

    answer = await anna.join()

    assert answer.json()["number"] == 2
    assert (await badr.wait())["state"] == "offered"
    assert (await proof(sold_out, answer.json())).problems == ()


async def test_as_many_pieces_as_are_free_go_to_the_first(sold_out: Hall) -> None:
    people = await in_line(sold_out, "anna", "badr", "cleo")
    await count(sold_out, 2)

    await asyncio.gather(*(offer_freed(sold_out.database) for _ in range(3)))

    states = [(await each.wait())["state"] for each in people]
    assert states == ["offered", "offered", "waiting"]
    assert (await proof(sold_out, await people[2].wait())).offered == 2


@guarded
async def test_log_tells_who_was_offered_a_piece_before_their_turn(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The twin is a seller who serves friends first."""

    async def friend(session: Session, list_id: UUID) -> Place | None:
        return await queries.place_of(session, list_id, friends)

    people = await in_line(sold_out, "anna", "badr", "cleo")
    last = "select viewer_id from waiting_place order by joined desc limit 1"
    friends = UUID(str(await scalar(sold_out.database, last)))
    if not guard:
        monkeypatch.setattr(queries, "first_in_line", friend)
    await count(sold_out, 1)

    await offer_freed(sold_out.database)

    assert [(await each.wait())["state"] for each in people] == (
        ["offered", "waiting", "waiting"] if guard else ["waiting", "waiting", "offered"]
    )
    checked = await proof(sold_out, await people[0].wait())
    assert [problem.check for problem in checked.problems] == ([] if guard else ["order"])


async def test_people_who_join_at_one_moment_have_one_place_each(sold_out: Hall) -> None:
    people = [await waiter(sold_out, name) for name in ("anna", "badr", "cleo", "dina")]

    answers = await asyncio.gather(*(each.join() for each in (*people, *people)))

    assert {answer.status_code for answer in answers} == {200}
    waits = [await each.wait() for each in people]
    assert sorted(each["number"] for each in waits) == [1, 2, 3, 4]
    assert len({each["log_url"] for each in waits}) == 1
    checked = await proof(sold_out, waits[0])
    assert (checked.problems, checked.joined) == ((), 4)


async def test_place_is_kept_however_often_somebody_asks(sold_out: Hall) -> None:
    anna, badr = await in_line(sold_out, "anna", "badr")
    before = await anna.wait()

    assert (await anna.join()).json() == before
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    assert (await anna.join()).json()["held"] == (await anna.wait())["held"]
    assert (await badr.wait())["number"] == 1


async def test_what_is_in_stock_is_not_waited_for(hall: Hall) -> None:
    anna = await waiter(hall, "anna")

    answer = await anna.join()

    assert (answer.status_code, answer.json()["code"]) == (409, "still_in_stock")
    assert answer.json()["available"] == 10
    assert await scalar(hall.database, "select count(*) from waiting_list") == 0


async def test_what_the_show_does_not_sell_is_not_waited_for(sold_out: Hall) -> None:
    """Not on its shelf, or without a price in its market's currency."""
    anna = await waiter(sold_out, "anna")

    unknown = await anna.join("NOTHING")
    await execute(sold_out.database, "update show set currency = 'USD'")
    unpriced = await anna.join()

    for answer in (unknown, unpriced):
        assert (answer.status_code, answer.json()["code"]) == (409, "product_not_in_show")
    assert (await anna.join(show="show_" + "0" * 32)).status_code == 404
    assert await anna.waits() == []


async def test_who_bought_from_the_list_leaves_the_next_to_others(sold_out: Hall) -> None:
    anna, _ = await in_line(sold_out, "anna", "badr")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    buyer = await anna.buyer()
    await buyer.give_details()
    await buyer.pay()
    await offer_freed(sold_out.database)

    again, leaves = await anna.join(), await anna.leave((await anna.wait())["id"])

    for answer in (again, leaves):
        assert (answer.status_code, answer.json()["code"]) == (409, "wait_held")
    assert (await anna.wait())["state"] == "bought"


@guarded
@pytest.mark.parametrize(
    ("limit", "code"), [("MOST_WAITS", "too_many_waits"), ("MOST_IN_LINE", "waiting_list_full")]
)
async def test_nobody_waits_beyond_the_limits(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, limit: str, code: str, guard: bool
) -> None:
    """They count accounts, whatever the network or the browser."""
    await execute(sold_out.database, "update stock_item set on_hand = 0")
    anna, badr = await in_line(sold_out, "anna"), await waiter(sold_out, "badr")
    if guard:
        monkeypatch.setattr(rules, limit, 1)

    answer = await (anna[0].join("SCARF-1") if limit == "MOST_WAITS" else badr.join())

    assert answer.status_code == (409 if guard else 200)
    if guard:
        assert answer.json()["code"] == code
        assert await scalar(sold_out.database, "select count(*) from waiting_place") == 1


@guarded
async def test_one_account_does_not_make_a_log_endless(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    monkeypatch.setattr(waiting_http, "JOINS", Limit(1 if guard else 9, 3600.0))
    (anna,) = await in_line(sold_out, "anna")
    assert (await anna.leave((await anna.wait())["id"])).status_code == 204

    answer = await anna.join()

    assert answer.status_code == (429 if guard else 200)
    records = "select count(*) from waiting_record"
    assert await scalar(sold_out.database, records) == (4 if guard else 6)
    if guard:
        assert 3500 < int(answer.headers["retry-after"]) <= 3600
        await in_line(sold_out, "badr")


async def test_place_is_its_owners_alone(sold_out: Hall) -> None:
    anna, badr = await in_line(sold_out, "anna", "badr")
    place = (await anna.wait())["id"]

    foreign = await badr.leave(place)
    visitor = await sold_out.client.delete(f"/api/v1/waits/{place}")
    wrong = await sold_out.client.post("/api/v1/waits/open", json={"token": "x" * 43})

    assert (foreign.status_code, visitor.status_code, wrong.status_code) == (404, 401, 404)
    assert (await anna.wait())["number"] == 1
    assert (await anna.leave(place)).status_code == 204
    assert (await badr.wait())["number"] == 1


async def test_mail_opens_the_purchase_in_the_readers_language(sold_out: Hall) -> None:
    anna, badr = await in_line(sold_out, "anna", "badr")
    await execute(sold_out.database, "update viewer set language = 'ar'")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)

    async with postbox() as box:
        await deliver(sold_out, box)
        await deliver(sold_out, box)

    (mail,) = [each for each in box.taken if "wait_offered" in each["Message-ID"]]
    assert mail["To"] == anna.email
    assert "محجوز لك" in mail["Subject"]
    link = next(word for word in words(mail).split() if "#wait=" in word)
    assert link.startswith(f"{BASE}/s/")
    token = urlsplit(link).fragment.removeprefix("wait=")
    opened = await sold_out.client.post("/api/v1/waits/open", json={"token": token})
    assert opened.json() == await anna.wait(), "without signing in"
    stop = mail["List-Unsubscribe"].strip("<>")
    assert (await sold_out.client.post(stop)).status_code == 204
    await offer_freed(sold_out.database)
    assert (await badr.wait())["state"] == "offered"


async def test_mail_about_an_offer_that_is_over_is_not_sent(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    assert (await anna.leave((await anna.wait())["id"])).status_code == 204

    async with postbox() as box:
        await deliver(sold_out, box)

    assert not [each for each in box.taken if "wait_offered" in each["Message-ID"]]


async def test_what_is_not_sold_any_more_is_offered_to_nobody(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")
    place = await anna.wait()
    await execute(sold_out.database, "update show set currency = 'USD'")
    await count(sold_out, 1)

    await offer_freed(sold_out.database)

    assert b'"reason":"not_sold"' in b"".join(await log_of(sold_out, place))
    assert (await proof(sold_out, place)).ended
    assert await scalar(sold_out.database, "select max(waiting) from stock_item") == 0


async def test_who_waited_for_as_long_as_one_can_waits_no_more(sold_out: Hall) -> None:
    _, badr = await in_line(sold_out, "anna", "badr")
    old = f"now() - interval '{rules.LONGEST.days + 1} days'"
    await execute(sold_out.database, f"update waiting_place set joined_at = {old} where joined = 1")
    # The log is older by as much.
    sold_out.passed[0] += (rules.LONGEST.days + 1) * 86_400_000

    async with sold_out.database.session() as session:
        assert await lapse_old(session) == 1
        assert await lapse_old(session) == 0

    assert (await badr.wait())["number"] == 1
    assert b'"reason":"lapsed"' in b"".join(await log_of(sold_out, await badr.wait()))
    assert (await proof(sold_out, await badr.wait())).problems == ()
    assert await scalar(sold_out.database, "select max(waiting) from stock_item") == 1


async def test_record_of_a_log_is_never_changed(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")

    for change in ("update waiting_record set line = ''", "delete from waiting_record"):
        with pytest.raises(Exception, match="never changed"):
            await execute(sold_out.database, change)

    assert (await proof(sold_out, await anna.wait())).joined == 1


async def test_log_is_read_anew_only_where_something_was_added(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")
    url = (await anna.wait())["log_url"]
    first = await sold_out.client.get(url)

    same = await sold_out.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    await in_line(sold_out, "badr")
    other = await sold_out.client.get(url, headers={"If-None-Match": first.headers["etag"]})

    assert (same.status_code, other.status_code) == (304, 200)
    assert other.content.startswith(first.content)
    missing = await sold_out.client.get("/api/v1/waiting-lists/wtl_" + "0" * 32 + "/log")
    assert missing.status_code == 404
