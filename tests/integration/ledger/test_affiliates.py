"""Who brought the buyer: by a link or a code, agreed with the seller, paid once, given back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from showfloor.identity import service as identity
from showfloor.identity.types import GrantKind, Person
from showfloor.kit import clock, ids
from showfloor.ledger.http import commissions as commissions_http
from showfloor.ledger.service import agreeing, booking
from showfloor.merchants import service as merchants
from tests.integration.checkout.counter import Buyer
from tests.integration.checkout.desk import Desk
from tests.integration.checkout.shop import person, scalar
from tests.integration.ledger.conftest import FEES, Shop, arrive, order_uuid
from tests.people import add_person

CODE = "VERA10"


async def add_affiliate(shop: Shop, code: str = CODE) -> Person:
    """A creator whom the seller lets sell, with a code."""
    async with shop.database.session() as session:
        name = {"en": "Vera", "ar": "فيرا"}
        creator = await merchants.add_creator(session, name=name, avatar_url="/vera.webp")
        affiliate = person(creator_id=creator.id)
        await merchants.allow_creator(
            session,
            person=shop.seller.person,
            merchant_id=shop.seller.merchant.id,
            creator_id=creator.id,
        )
        await merchants.add_code(session, person=affiliate, text=code)
    return affiliate


@pytest.fixture
async def floor(shop: Shop) -> AsyncIterator[Shop]:
    shop.counter.app.include_router(commissions_http.router)
    shop.counter.app.state.fees = FEES
    yield shop


async def ask(shop: Shop, somebody: Person, path: str, body: object = None) -> Any:
    shop.be(somebody)
    answer = await shop.counter.client.post(path, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def agree(
    shop: Shop, creator: Person, rate: int, way: str = "link", **more: object
) -> dict[str, Any]:
    body = {
        "merchant_id": ids.encode("mer", shop.seller.merchant.id),
        "creator_id": ids.encode("cre", creator.creator_id or ids.new()),
        "rate": rate,
        "way": way,
        **more,
    }
    made = (await ask(shop, shop.seller.person, "/commissions", body))["agreements"][0]
    agreed = await ask(shop, creator, f"/commissions/{made['id']}/agree")
    found: dict[str, Any] = next(x for x in agreed["agreements"] if x["id"] == made["id"])
    return found


async def buy(shop: Shop, quantity: int = 1, **more: object) -> Desk:
    """`more` says how the buyer came."""
    buyer = Buyer(shop.counter)
    assert (await buyer.reserve(("SALT", quantity))).status_code == 201
    given = await buyer.give_details(**more)
    assert given.status_code == 201, given.text
    paid = (await buyer.pay()).json()
    shop.be(shop.seller.person)
    await shop.hear()
    return Desk(shop.counter, paid["orders"][0]["id"])


async def earned(shop: Shop, creator: Person) -> list[tuple[str, int]]:
    shop.be(creator)
    return await shop.entries()


@pytest.mark.parametrize(
    "came", [{"via": "vera10"}, {"code": " Vera-10 "}, {"via": "NOBODY", "code": CODE}]
)
async def test_sale_by_link_or_code_pays_who_brought_the_buyer(
    floor: Shop, came: dict[str, str]
) -> None:
    vera = await add_affiliate(floor)
    await agree(floor, vera, 850)

    await buy(floor, 2, **came)

    assert await earned(floor, vera) == [("link_commission", 374)]
    floor.be(floor.seller.person)
    assert dict(await floor.entries())["link_commission"] == -374
    (row,) = (await floor.get("/commissions"))["links"]
    assert (row["orders"], row["sold"]["amount"], row["earned"]["amount"]) == (1, 4400, 374)
    assert row["creator"]["name"]["en"] == "Vera"


async def test_refunds_take_back_their_part_to_the_cent(floor: Shop) -> None:
    vera = await add_affiliate(floor)
    await agree(floor, vera, 333)
    desk = await buy(floor, 3, via=CODE)
    for _ in range(3):
        await desk.refund(("SALT", 1, 0))
        await floor.hear()

    entries = await earned(floor, vera)

    assert entries[0] == ("link_commission", 220)
    assert sum(amount for _, amount in entries) == 0
    assert await floor.balance() == 0


async def test_money_waits_for_the_days_to_withdraw(floor: Shop) -> None:
    vera = await add_affiliate(floor)
    await agree(floor, vera, 1000)
    desk = await buy(floor, via=CODE)
    await arrive(desk)
    await floor.hear()

    floor.be(vera)
    (now,) = (await floor.get("/ledger/balances"))["balances"]
    later_on = clock.now() + timedelta(days=20)
    with clock.use(lambda: later_on):
        (later,) = (await floor.get("/ledger/balances"))["balances"]

    assert (now["payable"]["amount"], later["payable"]["amount"]) == (0, 220)


async def test_host_and_affiliate_take_each_what_was_agreed(floor: Shop) -> None:
    vera = await add_affiliate(floor)
    await agree(floor, floor.host, 1000, "show")
    await agree(floor, vera, 500)

    await buy(floor, via=CODE)

    assert await earned(floor, floor.host) == [("commission", 220)]
    assert await earned(floor, vera) == [("link_commission", 110)]


async def test_both_together_never_take_more_than_the_highest_rate(floor: Shop) -> None:
    vera = await add_affiliate(floor)
    await agree(floor, floor.host, 8500, "show")
    await agree(floor, vera, 2000)

    await buy(floor, via=CODE)

    assert await earned(floor, floor.host) == [("commission", 1870)]
    assert await earned(floor, vera) == [("link_commission", 110)]


@pytest.mark.parametrize(("link", "entries"), [(800, []), (1500, [("link_commission", 110)])])
async def test_host_whose_own_link_brought_the_buyer_earns_the_higher_rate_once(
    floor: Shop, link: int, entries: list[tuple[str, int]]
) -> None:
    async with floor.database.session() as session:
        await merchants.add_code(session, person=floor.host, text="HOST1")
    await agree(floor, floor.host, 1000, "show")
    await agree(floor, floor.host, link)

    await buy(floor, via="HOST1")

    assert await earned(floor, floor.host) == [("commission", 220), *entries]


async def test_nothing_is_paid_that_the_seller_did_not_agree_to(floor: Shop) -> None:
    """A rate for shows is none for links, and a proposal is none at all."""
    vera = await add_affiliate(floor)
    await agree(floor, vera, 1000, "show")
    body = {
        "merchant_id": ids.encode("mer", floor.seller.merchant.id),
        "creator_id": ids.encode("cre", vera.creator_id or ids.new()),
        "rate": 9000,
        "way": "link",
    }
    await ask(floor, vera, "/commissions", body)

    await buy(floor, via=CODE)

    assert await earned(floor, vera) == []
    assert await scalar(floor.database, "select count(affiliate_id) from ledger_order") == 0


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("kind", [GrantKind.CREATOR, GrantKind.MERCHANT])
async def test_own_people_bring_nobody_by_buying_themselves(
    floor: Shop, monkeypatch: pytest.MonkeyPatch, kind: GrantKind, guarded: bool
) -> None:
    """The twin: where nobody looks who the buyer is, a creator is paid for its own purchases."""
    vera = await add_affiliate(floor)
    await agree(floor, vera, 1000)
    async with floor.database.session() as session:
        member = await add_person(session, "member")
        team = vera.creator_id if kind is GrantKind.CREATOR else floor.seller.merchant.id
        assert team is not None
        await identity.grant(session, person_id=member.id, kind=kind, subject_id=team)
    if not guarded:

        async def nobody(*_args: object, **_more: object) -> bool:
            return False

        monkeypatch.setattr(booking.identity, "is_of_teams", nobody)
    local, _, domain = member.email.upper().partition("@")

    await buy(floor, via=CODE, email=f"{local}+shop@{domain}")

    assert await earned(floor, vera) == ([] if guarded else [("link_commission", 220)])


async def test_typed_code_that_leads_to_nobody_is_refused_and_a_link_is_passed_over(
    floor: Shop,
) -> None:
    buyer = Buyer(floor.counter)
    await buyer.reserve(("SALT", 1))

    refused = await buyer.give_details(code="WHO-EVER")

    assert (refused.status_code, refused.json()["code"]) == (422, "code_unknown")
    assert await scalar(floor.database, "select count(*) from checkout") == 0
    assert (await buyer.give_details(via="WHOEVER")).status_code == 201
    assert (await buyer.give_details(via="né!")).status_code == 201


async def test_last_link_or_code_counts(floor: Shop) -> None:
    vera, wim = await add_affiliate(floor), await add_affiliate(floor, "WIM10")
    await agree(floor, vera, 1000)
    await agree(floor, wim, 1000)
    buyer = Buyer(floor.counter)
    await buyer.reserve(("SALT", 1))
    await buyer.give_details(via=CODE)
    await buyer.give_details(code="wim10")
    await buyer.pay()
    await floor.hear()

    assert await earned(floor, vera) == []
    assert await earned(floor, wim) == [("link_commission", 220)]


async def test_seller_stops_with_notice_and_a_creator_at_once(floor: Shop) -> None:
    vera = await add_affiliate(floor)
    agreed = await agree(floor, vera, 1000)
    now = clock.now()
    with clock.use(lambda: now + timedelta(seconds=1)):
        said = await ask(floor, floor.seller.person, f"/commissions/{agreed['id']}/stop")
    states = {each["rate"]: each["state"] for each in said["agreements"]}
    assert states == {1000: "in_force", 0: "to_come"}
    with clock.use(lambda: now + timedelta(days=29)):
        await buy(floor, via=CODE)
    with clock.use(lambda: now + timedelta(days=31)):
        await buy(floor, via=CODE)
    assert await earned(floor, vera) == [("link_commission", 220)]

    with clock.use(lambda: now + timedelta(days=32)):
        again = await agree(floor, vera, 700)
    with clock.use(lambda: now + timedelta(days=40)):
        said = await ask(floor, vera, f"/commissions/{again['id']}/stop")
        floor.be(vera)
        refused = await floor.counter.client.post(f"/commissions/{again['id']}/stop")
    assert said["agreements"][0]["state"] == "in_force"
    assert (refused.status_code, refused.json()["code"]) == (409, "agreement_not_in_force")


async def stop(shop: Shop, who: Person, agreed: dict[str, Any], moment: datetime) -> Any:
    with clock.use(lambda: moment):
        return await ask(shop, who, f"/commissions/{agreed['id']}/stop")


@pytest.mark.parametrize(("guarded", "ends_on"), [(True, 30), (False, 50)])
async def test_seller_who_stops_again_does_not_postpone_the_end(
    floor: Shop, monkeypatch: pytest.MonkeyPatch, guarded: bool, ends_on: int
) -> None:
    """The twin: where nobody looks whether an end is to come, each press pays on for 30 days."""
    if not guarded:
        monkeypatch.setattr(agreeing.rules, "end_to_come", lambda *_: False)
    vera = await add_affiliate(floor)
    agreed = await agree(floor, vera, 1000)
    now = clock.now() + timedelta(seconds=1)
    await stop(floor, floor.seller.person, agreed, now)
    said = await stop(floor, floor.seller.person, agreed, now + timedelta(days=20))

    ends = [each for each in said["agreements"] if each["state"] == "to_come"]
    assert [(each["rate"], each["in_force_from"]) for each in ends] == [
        (0, clock.rfc3339(now + timedelta(days=ends_on)))
    ]
    said = await stop(floor, vera, agreed, now + timedelta(days=21))
    assert (said["agreements"][0]["rate"], said["agreements"][0]["state"]) == (0, "in_force")


async def test_code_is_one_creators_for_good(floor: Shop) -> None:
    vera, wim = await add_affiliate(floor), await add_affiliate(floor, "WIM10")
    floor.be(wim)
    client = floor.counter.client

    taken = await client.post("/codes", json={"code": CODE.lower()})
    wrong = await client.post("/codes", json={"code": "né!"})
    foreign = await client.delete(f"/codes/{CODE}")
    none = await client.delete("/codes/né!")
    floor.be(vera)
    ended = await client.delete(f"/codes/{CODE}")
    again = await client.post("/codes", json={"code": CODE})

    assert (taken.status_code, taken.json()["code"]) == (409, "code_taken")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "code_invalid")
    assert (foreign.status_code, foreign.json()["code"]) == (404, "code_not_found")
    assert (none.status_code, none.json()["code"]) == (404, "code_not_found")
    assert (ended.status_code, ended.json()["codes"]) == (200, [])
    assert again.json()["code"] == "code_taken"
    await agree(floor, vera, 1000)
    await buy(floor, via=CODE)
    assert await earned(floor, vera) == []


async def test_keep_card_says_what_is_left_where_the_buyer_came_by_a_link(floor: Shop) -> None:
    product = ids.encode("prod", floor.product.id)
    host = ids.encode("cre", floor.host.creator_id or ids.new())
    path = f"/products/{product}/keep?creator_id={host}"
    vera, wim = await add_affiliate(floor), await add_affiliate(floor, "WIM10")
    await agree(floor, floor.host, 1000, "show")
    floor.be(floor.seller.person)
    assert (await floor.get(path))["by_link"] is None
    await agree(floor, vera, 300)
    await agree(floor, wim, 500)
    floor.be(floor.seller.person)

    keep = await floor.get(path)

    assert (keep["by_link"]["rate"], keep["by_link"]["commission"]["amount"]) == (500, 110)
    assert keep["by_link"]["seller"]["amount"] == keep["seller"]["amount"] - 110


async def test_keep_card_of_a_creator_knows_no_rate_of_another(floor: Shop) -> None:
    path = f"/products/{ids.encode('prod', floor.product.id)}/keep"
    vera, wim = await add_affiliate(floor), await add_affiliate(floor, "WIM10")
    await agree(floor, wim, 500)
    floor.be(vera)
    assert (await floor.get(path))["by_link"] is None
    await agree(floor, vera, 300)
    floor.be(vera)

    assert (await floor.get(path))["by_link"]["rate"] == 300


async def test_order_is_booked_once_with_its_link(floor: Shop) -> None:
    vera = await add_affiliate(floor)
    await agree(floor, vera, 1000)
    desk = await buy(floor, via=CODE)
    for _ in range(2):
        async with floor.database.session() as session:
            await booking.book_sale(session, order_uuid(desk), FEES)

    assert await earned(floor, vera) == [("link_commission", 220)]
