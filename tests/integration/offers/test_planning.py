"""Who plans, agrees to, opens and closes a drop, and what is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from showfloor.catalog import service as catalog
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.kit.money import Money
from showfloor.offers.rules import policy
from showfloor.offers.service import close_drops_of_show, end_drops
from showfloor.realtime import service as realtime
from tests.integration.checkout.shop import execute, scalar
from tests.integration.offers.conftest import Hall


async def states(hall: Hall) -> list[str]:
    listed = await hall.ask("GET", f"/shows/{hall.show}/drops", hall.host)
    return [each["state"] for each in listed.json()["drops"]]


async def test_lower_price_needs_the_sellers_yes(hall: Hall) -> None:
    planned = (await hall.plan()).json()
    own = f"/products/{planned['product_id']}/drops"
    asked = await hall.ask("GET", own, hall.seller)
    not_theirs = await hall.ask("GET", own, hall.host)

    too_soon = await hall.ask("POST", f"/drops/{planned['id']}/open", hall.host)
    others = await hall.ask("POST", f"/drops/{planned['id']}/agree", hall.host)
    agreed = await hall.ask("POST", f"/drops/{planned['id']}/agree", hall.seller)
    opened = await hall.ask("POST", f"/drops/{planned['id']}/open", hall.host)

    assert planned["agreed"] is False
    assert [each["id"] for each in asked.json()["drops"]] == [planned["id"]]
    assert not_theirs.status_code == 404
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "drop_not_agreed")
    assert (others.status_code, others.json()["code"]) == (404, "drop_not_found")
    assert agreed.json()["agreed"] is True
    assert opened.json()["state"] == "announced"


async def test_asked_drops_are_listed_for_their_seller(hall: Hall) -> None:
    planned = (await hall.plan()).json()
    everywhere = await hall.ask("GET", "/drops/asked", hall.seller)
    others = [
        (await hall.ask("GET", "/drops/asked", who)).json() for who in (hall.host, hall.stranger)
    ]
    await hall.agree(planned["id"])
    agreed = await hall.ask("GET", "/drops/asked", hall.seller)
    await hall.ask("POST", f"/drops/{planned['id']}/cancel", hall.host)
    given_up = await hall.ask("GET", "/drops/asked", hall.seller)

    (asked,) = everywhere.json()["drops"]
    product = asked.pop("product")
    assert (asked, set(product)) == (planned, {"en", "ar"})
    assert others == [{"drops": []}] * 2
    assert [each["agreed"] for each in agreed.json()["drops"]] == [True]
    assert given_up.json() == {"drops": []}


async def test_todays_price_needs_a_yes_as_well_and_a_higher_one_is_refused(hall: Hall) -> None:
    """Whatever the goods cost by then, and whoever wants to sell them."""
    usual = await hall.plan(price=2500)
    higher = await hall.plan(price=2501)
    opened = await hall.ask("POST", f"/drops/{usual.json()['id']}/open", hall.host)

    assert usual.json()["agreed"] is False
    assert (opened.status_code, opened.json()["code"]) == (409, "drop_not_agreed")
    assert higher.json()["code"] == "drop_price_higher"
    assert await states(hall) == ["planned"]


async def test_seller_takes_back_the_yes_before_the_drop_is_opened(
    hall: Hall, database: Database
) -> None:
    drop = (await hall.plan()).json()["id"]
    await hall.agree(drop)

    others = await hall.ask("POST", f"/drops/{drop}/withdraw", hall.host)
    taken_back = [await hall.ask("POST", f"/drops/{drop}/withdraw", hall.seller) for _ in range(2)]
    refused = await hall.ask("POST", f"/drops/{drop}/open", hall.host)

    assert (others.status_code, others.json()["code"]) == (404, "drop_not_found")
    assert [answer.json()["agreed"] for answer in taken_back] == [False, False]
    assert (refused.status_code, refused.json()["code"]) == (409, "drop_not_agreed")
    assert await scalar(database, "select count(*) from stock_apart") == 0
    await hall.agree(drop)
    assert (await hall.ask("POST", f"/drops/{drop}/open", hall.host)).status_code == 200


@pytest.mark.parametrize("passed", [0, 10_000], ids=["countdown", "open"])
async def test_seller_closes_a_drop_that_was_announced(
    hall: Hall, database: Database, passed: int
) -> None:
    drop = await hall.announce()
    hall.passed[0] += passed
    own = f"/products/{ids.encode('prod', hall.floor.products[0].id)}/drops"
    listed = await hall.ask("GET", own, hall.seller)

    closed = [await hall.ask("POST", f"/drops/{drop}/withdraw", hall.seller) for _ in range(2)]
    taken = await (await hall.buyer()).take(drop)
    await end_drops(database)
    late = await hall.ask("POST", f"/drops/{drop}/withdraw", hall.seller)

    assert [(each["id"], each["left"]) for each in listed.json()["drops"]] == [(drop, 4)]
    assert [answer.json()["state"] for answer in closed] == ["over", "over"]
    assert taken.json()["code"] == "drop_closed"
    assert late.json()["code"] == "drop_state_conflict"
    assert (await hall.ask("GET", own, hall.seller)).json()["drops"] == []


@pytest.mark.parametrize(
    "terms",
    [
        {"units": 0},
        {"units": 10_001},
        {"per_person": 0},
        {"per_person": 5},
        {"price": 0},
        {"opens_in_s": 9},
        {"opens_in_s": 301},
        {"runs_s": 59},
        {"runs_s": 1201},
        {"sku": ""},
        {"window": 3},
    ],
)
async def test_terms_that_no_drop_has_are_refused(
    hall: Hall, database: Database, terms: dict[str, Any]
) -> None:
    answer = await hall.plan(**terms)

    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert await scalar(database, "select count(*) from drop") == 0


async def test_show_has_room_for_so_many_planned_drops(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "MOST_PLANNED", 2)

    answers = await asyncio.gather(*(hall.plan() for _ in range(4)))

    refused = [each.json()["code"] for each in answers if each.status_code == 409]
    assert refused == ["too_many_planned"] * 2
    assert await states(hall) == ["planned"] * 2


async def test_goods_that_are_not_on_the_shelf_are_refused(hall: Hall) -> None:
    other_variant = await hall.plan(sku="SCARF-1")
    nothing = await hall.plan(product_id=ids.encode("prod", ids.new()))

    assert [one.json()["code"] for one in (other_variant, nothing)] == ["product_not_in_show"] * 2


async def test_stranger_plans_opens_closes_and_reads_nothing(hall: Hall) -> None:
    drop = (await hall.plan()).json()["id"]

    answers = [
        await hall.plan(hall.stranger),
        await hall.ask("GET", f"/shows/{hall.show}/drops", hall.stranger),
        await hall.ask("POST", f"/drops/{drop}/agree", hall.stranger),
        await hall.ask("POST", f"/drops/{drop}/withdraw", hall.stranger),
        await hall.ask("POST", f"/drops/{drop}/open", hall.stranger),
        await hall.ask("POST", f"/drops/{drop}/cancel", hall.stranger),
        await hall.ask("GET", f"/drops/{drop}/log", hall.stranger),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert await states(hall) == ["planned"]


async def test_more_units_than_there_are_change_nothing(hall: Hall, database: Database) -> None:
    planned = (await hall.plan(units=11, price=2500)).json()
    await hall.agree(planned["id"])

    short = await hall.ask("POST", f"/drops/{planned['id']}/open", hall.host)

    assert (short.status_code, short.json()["code"]) == (409, "drop_short")
    assert short.json()["available"] == 10
    assert await scalar(database, "select count(*) from drop_record") == 0
    assert await scalar(database, "select count(*) from cue where kind = 'drop'") == 0
    assert await states(hall) == ["planned"]


async def test_drop_that_is_short_says_how_many_nobody_waits_for(
    hall: Hall, database: Database
) -> None:
    """It is planned anew with what it is told, and then opens."""
    await execute(database, "update stock_item set waiting = 7")
    planned = (await hall.plan(units=5, price=2500)).json()
    await hall.agree(planned["id"])

    short = await hall.ask("POST", f"/drops/{planned['id']}/open", hall.host)

    assert (short.status_code, short.json()["code"]) == (409, "drop_short")
    left = short.json()["available"]
    assert left == 3
    assert await states(hall) == ["planned"]
    await hall.announce(units=left, price=2500)
    assert await scalar(database, "select max(held) from stock_item") == 3


async def test_show_has_one_drop_at_a_time(hall: Hall) -> None:
    await hall.announce()
    second = (await hall.plan(price=2500)).json()["id"]
    await hall.agree(second)

    refused = await hall.ask("POST", f"/drops/{second}/open", hall.host)

    assert refused.json()["code"] == "drop_running"


async def test_nobody_opens_a_drop_of_a_show_that_is_not_on_the_air(
    hall: Hall, database: Database
) -> None:
    planned = (await hall.plan(price=2500)).json()["id"]
    await execute(database, "update show set state = 'scheduled'")

    refused = await hall.ask("POST", f"/drops/{planned}/open", hall.host)

    assert refused.json()["code"] == "not_live"


async def test_drop_that_was_opened_or_given_up_is_not_opened_again(hall: Hall) -> None:
    planned = (await hall.plan(price=2500)).json()["id"]
    await hall.ask("POST", f"/drops/{planned}/cancel", hall.host)

    refused = await hall.ask("POST", f"/drops/{planned}/open", hall.host)

    assert refused.json()["code"] == "drop_state_conflict"
    assert await states(hall) == []


async def test_drop_is_a_cue_on_the_frame_on_which_it_is_announced(
    hall: Hall, database: Database
) -> None:
    moment = hall.app.state.streaming.media_time
    drop = await hall.announce()

    timeline = await hall.client.get(f"/api/v1/shows/{hall.show}/timeline")
    (cue,) = [each for each in timeline.json()["cues"] if each["kind"] == "drop"]
    carried = hall.app.state.streaming.put[-1][-1]
    async with database.session() as session:
        entries = (await realtime.snapshot(session, hall.floor.show.id)).entries

    ended = await hall.ask("POST", f"/cues/{cue['id']}/end", hall.host)

    assert (ended.status_code, ended.json()["code"]) == (409, "cue_of_drop")
    assert cue["start"] == moment.isoformat().replace("+00:00", "Z").replace("Z", ".000Z")
    assert (cue["end"], cue["payload"]["drop_id"]) == (None, drop)
    assert cue["payload"]["price"] == {"amount": 1900, "currency": "GBP"}
    # The goods were not on sale for thirty days: nothing is said of what they cost before.
    assert cue["payload"]["was"] is None
    assert carried.payload == cue["payload"]
    assert entries[f"cue/{cue['id']}"] == cue
    assert entries["drop"] == {"id": drop, "closed": False, "sold": None, "log_url": None}


async def test_was_price_is_the_lowest_of_thirty_days(hall: Hall, database: Database) -> None:
    for amount, days in ((2500, 40), (2300, 20), (2600, 1)):
        await execute(
            database,
            "insert into price (variant_id, currency, amount, since) select variant_id, currency, "
            f"{amount}, now() - interval '{days} days' from price where since > now() - interval "
            "'1 hour'",
        )

    await hall.announce()

    timeline = await hall.client.get(f"/api/v1/shows/{hall.show}/timeline")
    (cue,) = [each for each in timeline.json()["cues"] if each["kind"] == "drop"]
    assert cue["payload"]["was"] == {"amount": 2300, "currency": "GBP"}


@pytest.mark.parametrize("called_off", [False, True])
async def test_price_of_a_drop_is_what_a_later_one_is_reduced_from(
    hall: Hall, database: Database, called_off: bool
) -> None:
    """In the next drop and on the shelf, unless it was called off before anybody could pay it."""
    await execute(
        database,
        "insert into price (variant_id, currency, amount, since)"
        " select variant_id, currency, amount, since - interval '40 days' from price",
    )
    drop = await hall.announce(price=1900)
    if called_off:
        await hall.ask("POST", f"/drops/{drop}/cancel", hall.host)
    else:
        hall.passed[0] += 20_000
    await hall.end(drop)
    # An hour later.
    await execute(
        database,
        "update timed_price set since = since - interval '1 hour',"
        " until = until - interval '1 hour'",
    )
    mug = hall.floor.products[0]
    async with database.session() as session:
        seller = hall.floor.sellers[0]
        variant = mug.variants[0].id
        await catalog.set_price(
            session, person=seller, variant_id=variant, price=Money(1800, "GBP")
        )
    async with database.session() as session:
        priced = await catalog.get_priced_products(session, [mug.id], "GBP")
    next_one = (await hall.plan(price=1700)).json()["id"]
    await hall.agree(next_one)

    opened = await hall.ask("POST", f"/drops/{next_one}/open", hall.host)

    shown = priced[mug.id].prior_prices[variant].price.amount
    assert shown == (2500 if called_off else 1900)
    assert opened.json()["was"]["amount"] == 1800


async def test_end_of_the_show_closes_its_drops(hall: Hall, database: Database) -> None:
    drop = await hall.open()
    await hall.plan(price=2500)

    async with database.session() as session:
        await close_drops_of_show(session, hall.floor.show.id)

    assert await states(hall) == ["over"]
    assert (await (await hall.buyer()).take(drop)).json()["code"] == "drop_closed"
    assert (await hall.proof(drop)).holds
