"""Who may not buy does not wait to buy, and who is erased leaves every line. Each guard has its
twin.
"""

from __future__ import annotations

import pytest

from showfloor.identity.service import Gate
from showfloor.kit import clock, ids
from showfloor.markets import service as markets
from showfloor.offers import eraser
from showfloor.offers.service import offer_freed
from showfloor.privacy import service as privacy
from showfloor.privacy.types import Subject
from showfloor.viewers import service as viewers
from tests.guards import guarded
from tests.integration.checkout.shop import scalar
from tests.integration.notices.postbox import postbox
from tests.integration.offers.conftest import Hall
from tests.integration.offers.test_waiting import clock_of_lists, own_counts, sold_out
from tests.integration.offers.waiters import Waiter, count, deliver, in_line, log_of, proof
from tests.integration.viewers.own_data import registry
from tests.integration.viewers.test_suspicions import doubt

__all__ = ["clock_of_lists", "own_counts", "registry", "sold_out"]
TEEN = {"day": 3, "month": 1, "year": clock.now().year - 15}


async def teenager(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Waiter:
    """With an account of their own, which their market lets them have."""
    only = [market for market in markets.list_markets() if market.country == "GB"]
    monkeypatch.setattr(markets, "list_markets", lambda: only)
    who = {"email": "tim@example.com", "born": TEEN}
    asked = await hall.client.post("/api/v1/viewer/sign-ins", json=who)
    assert asked.status_code == 201, asked.text
    async with hall.database.session() as session:
        letter = await viewers.find_letter(
            session,
            secret=hall.app.state.settings.secret,
            sign_in_id=ids.parse("sin", asked.json()["id"]),
        )
    assert letter is not None
    way = {"link": letter.link, "as_token": True}
    entered = await hall.client.post("/api/v1/viewer/session", json=way)
    return Waiter(hall, who["email"], str(entered.json()["token"]))


@guarded
async def test_child_does_not_wait_to_buy(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    tim = await teenager(sold_out, monkeypatch)
    if not guard:
        monkeypatch.setattr(Gate, "check_account", lambda *_: None)

    answer = await tim.join()

    places = await scalar(sold_out.database, "select count(*) from waiting_place")
    if guard:
        assert (answer.status_code, answer.json()["code"], places) == (403, "age_refused", 0)
        assert "gate=" in answer.headers["set-cookie"], "also in a while, signed out"
    else:
        assert (answer.status_code, places) == (200, 1)


async def viewer_id(who: Waiter) -> str:
    answer = await who.send("GET", "/viewer/session")
    found: str = answer.json()["id"]
    return found


@guarded
async def test_account_that_is_doubted_does_not_wait(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    anna, badr = await in_line(sold_out, "anna", "badr")
    assert (await badr.leave((await badr.wait())["id"])).status_code == 204
    await doubt(sold_out.database, await viewer_id(badr))
    if not guard:
        monkeypatch.setattr(Gate, "check_account", lambda *_: None)

    answer = await badr.join()

    assert answer.status_code == (403 if guard else 200)
    if guard:
        assert answer.json()["code"] == "account_limited"
        assert await badr.waits() == []
    assert (await anna.wait())["number"] == 1


@guarded
async def test_nobody_is_offered_something_whose_age_is_doubted(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """The piece is the next one's, no mail goes out, and the log does not say why."""

    async def everybody(*_: object) -> bool:
        return True

    anna, badr = await in_line(sold_out, "anna", "badr")
    place = await anna.wait()
    await doubt(sold_out.database, await viewer_id(anna))
    if not guard:
        monkeypatch.setattr(viewers, "may_be_written_to", everybody)
    await count(sold_out, 1)

    await offer_freed(sold_out.database)

    assert (await badr.wait())["state"] == ("offered" if guard else "waiting")
    assert (b'"reason":"left"' in b"".join(await log_of(sold_out, place))) is guard
    async with postbox() as box:
        await deliver(sold_out, box)
    told = [each["To"] for each in box.taken if "wait_offered" in each["Message-ID"]]
    assert told == ([badr.email] if guard else []), "nor by the mail alone"


async def test_own_data_says_what_somebody_waits_for(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")

    answer = await anna.send("GET", "/viewer/data")

    (part,) = [each for each in answer.json()["holdings"] if each["name"] == "waits"]
    (row,) = part["rows"]
    assert (row["sku"], row["wait_state"]) == ("MUG-1", "waiting")
    assert "Mug" in row["product"]


@guarded
async def test_who_is_erased_leaves_the_line_and_gives_the_piece_to_the_next(
    sold_out: Hall, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    async def nothing(*_: object) -> int:
        return 0

    anna, badr = await in_line(sold_out, "anna", "badr")
    place = await anna.wait()
    await count(sold_out, 1)
    await offer_freed(sold_out.database)
    secret = sold_out.app.state.settings.secret
    if not guard:
        monkeypatch.setattr(eraser.service, "erase_waits", nothing)

    asked = await anna.send("POST", "/viewer/erasure")
    assert asked.status_code == 202, asked.text
    await privacy.carry_out_erasures(sold_out.database, secret=secret)
    await offer_freed(sold_out.database)

    of_anna = "select count(*) from waiting_place where viewer_id not in (select id from viewer)"
    assert await scalar(sold_out.database, of_anna) == (0 if guard else 1)
    assert (await badr.wait())["state"] == ("offered" if guard else "waiting")
    assert (await proof(sold_out, place)).problems == ()


async def test_nobody_elses_place_is_erased(sold_out: Hall) -> None:
    (anna,) = await in_line(sold_out, "anna")

    async with sold_out.database.session() as session:
        touched = await eraser.ERASER.erase(session, Subject("badr@example.com", ids.new()))
        guest = await eraser.ERASER.erase(session, Subject("anna@example.com", None))

    assert (touched, guest) == (0, 0)
    assert (await anna.wait())["number"] == 1
