"""What a message is understood to want: by its writer alone, and nothing is held by that."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI

from showfloor.catalog import service as catalog
from showfloor.catalog.types import NewProduct, NewVariant, OptionAxis, OptionValue, Product
from showfloor.identity.service import gate
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.markets import service as markets
from showfloor.room.service import wishes, writing
from showfloor.shows import service as shows
from showfloor.stock import service as stock
from tests.integration.checkout.shop import scalar
from tests.integration.room.conftest import ADULT, Talk, review
from tests.integration.room.test_filter import refusal
from tests.integration.room.test_messages import rows
from tests.integration.room.test_reports import report
from tests.statements import noted

MUG = {"item_number": 1, "sku": "MUG-1", "skus": ["MUG-1"], "quantity": 1}


async def shirt(talk: Talk, database: Database) -> Product:
    """Number 3 of the show, in two sizes."""
    values = [
        OptionValue(code, {"en": en, "ar": ar})
        for code, en, ar in (("s", "Small", "صغير"), ("m", "Medium", "متوسط"))
    ]
    text = {"en": "Linen shirt", "ar": "قميص"}
    seller = talk.floor.sellers[0]
    new = NewProduct(
        merchant_id=next(iter(seller.merchant_ids)),
        slug="shirt",
        name=text,
        summary=text,
        description=text,
        options=(OptionAxis("size", {"en": "Size", "ar": "المقاس"}, tuple(values)),),
        variants=tuple(
            NewVariant(f"SHIRT-{code.upper()}", {"size": code}, {"GBP": 2500}) for code in "sm"
        ),
    )
    async with database.session() as session:
        product = await catalog.add_product(session, person=seller, product=new)
        for variant in product.variants:
            await stock.set_on_hand(session, person=seller, variant_id=variant.id, on_hand=5)
        await shows.add_product(
            session, person=talk.floor.host, show_id=talk.floor.show.id, product_id=product.id
        )
    return product


async def wish(talk: Talk, text: str, who: dict[str, str]) -> Any:
    answer = await talk.say(text, who)
    assert answer.status_code == 201, answer.text
    return answer.json()["wish"]


async def held(database: Database) -> int:
    return int(await scalar(database, "select sum(held) from stock_item"))


@pytest.mark.parametrize("text", ["mine 1", "حجز ١", "هذا لي رقم ۱", "SOLD 1!"])
async def test_writer_alone_is_told_what_was_understood(
    talk: Talk, database: Database, database_url: str, text: str
) -> None:
    token, _ = await talk.guest("Sofia")

    understood = await wish(talk, text, token)

    product = ids.encode("prod", talk.floor.products[0].id)
    assert len(understood.pop("key")) == 43
    assert understood == {**MUG, "product_id": product}
    assert await talk.shown() == ["Hello", text]
    (*_, seen) = (await talk.client.get(f"/api/v1/shows/{talk.show}/messages")).json()["items"]
    assert "wish" not in seen
    assert all("wish" not in value for *_, value in await rows(database_url))
    assert await held(database) == 0


async def test_first_message_of_a_guest_may_be_a_wish(talk: Talk) -> None:
    _, sent = await talk.guest("Sofia", "mine 2 x3")

    assert (sent["wish"]["sku"], sent["wish"]["quantity"]) == ("SCARF-1", 3)
    assert sent["token"]


async def test_option_is_named_in_either_language_or_asked_for(
    talk: Talk, database: Database
) -> None:
    await shirt(talk, database)
    token, _ = await talk.guest("Sofia")

    texts = ("mine 3 M", "حجز ٣ صغير", "mine 3")
    said = {text: await wish(talk, text, token) for text in texts}

    assert [found["sku"] for found in said.values()] == ["SHIRT-M", "SHIRT-S", None]
    assert said["mine 3"]["skus"] == ["SHIRT-S", "SHIRT-M"]


@pytest.mark.parametrize("text", ["3 M", "I want 3 medium", "هات ٣ وسط", "لي ٣ وسط", "3 M please"])
async def test_number_that_may_be_how_many_they_want_is_asked_about(
    talk: Talk, database: Database, text: str
) -> None:
    await shirt(talk, database)
    token, _ = await talk.guest("Sofia")

    found = await wish(talk, text, token)

    assert (found["item_number"], found["sku"], found["skus"]) == (3, None, ["SHIRT-M"])


async def test_number_that_no_product_has_is_said_to_who_claims_it(talk: Talk) -> None:
    token, _ = await talk.guest("Sofia")

    unknown = await wish(talk, "mine 77", token)
    unknown.pop("key")

    assert unknown == {
        "item_number": 77, "product_id": None, "sku": None, "skus": [], "quantity": 1,
    }  # fmt: skip
    assert await wish(talk, "77 M", token) is None


async def test_talk_is_no_wish_and_costs_no_statement(talk: Talk, app: FastAPI) -> None:
    token, _ = await talk.guest("Sofia")
    database = app.state.database

    with noted(database) as usual:
        assert await wish(talk, "lovely colours", token) is None
    with noted(database) as number:
        assert await wish(talk, "all 1 of us love it", token) is None
    with noted(database) as begun:
        assert await wish(talk, "1 of us loves it", token) is None
    with noted(database) as wished:
        assert await wish(talk, "mine 1", token) is not None

    assert len(number) == len(usual)
    # The product with its variants, whose options decide.
    assert len(begun) == len(wished) == len(usual) + 2


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_words_that_are_refused_want_nothing(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    """Here every word is one that is refused."""
    token, _ = await talk.guest("Sofia")
    if guard:
        monkeypatch.setattr(writing, "has_insult", lambda text: text == "mine 1")

    answer = await talk.say("mine 1", token)

    if guard:
        assert refusal(answer) == (422, "chat_words_refused")
        assert "wish" not in answer.json()
        assert await talk.shown() == ["Hello"]
    else:
        assert answer.json()["wish"]["sku"] == "MUG-1"


async def test_wish_that_waits_for_a_moderator_is_answered_and_shown_to_nobody(
    talk: Talk,
) -> None:
    token, _ = await talk.guest("Sofia")
    await review(talk, "all")

    answer = (await talk.say("mine 1", token)).json()

    assert (answer["held"], answer["wish"]["sku"]) == (True, "MUG-1")
    assert await talk.shown() == ["Hello"]


async def test_host_switches_it_off(talk: Talk) -> None:
    token, _ = await talk.guest("Sofia")
    path = f"/api/v1/shows/{talk.show}/chat"

    stranger = await talk.client.patch(path, json={"buy_by_comment": False}, headers=talk.stranger)
    assert (stranger.status_code, await wish(talk, "mine 1", token) is None) == (404, False)

    off = await talk.client.patch(path, json={"buy_by_comment": False}, headers=talk.host)
    assert (off.status_code, off.json()["buy_by_comment"]) == (200, False)
    assert await wish(talk, "mine 1", token) is None

    await talk.client.patch(path, json={"buy_by_comment": True}, headers=talk.host)
    assert await wish(talk, "mine 1", token) is not None


async def test_team_explains_it_and_wants_nothing(talk: Talk) -> None:
    assert await wish(talk, "mine 1", talk.host) is None
    assert await wish(talk, "mine 1", talk.seller) is None


async def test_guest_without_a_name_wants_nothing(talk: Talk) -> None:
    answer = await talk.say("mine 1", **ADULT)

    assert refusal(answer) == (422, "chat_name_needed")
    assert await talk.shown() == []


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_who_may_be_a_child_wants_nothing(
    talk: Talk, database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    only = [market for market in markets.list_markets() if market.country == "GB"]
    monkeypatch.setattr(markets, "list_markets", lambda: only)
    if not guard:
        monkeypatch.setattr(gate, "_check_limited", lambda *_: None)
    token, message = await talk.guest("Omar")
    await report(talk, message, "child")

    answer = await talk.say("mine 1", token)

    if guard:
        assert refusal(answer) == (403, "account_limited")
        assert "wish" not in answer.json()
        assert await talk.shown() == ["Hello"]
    else:
        assert answer.json()["wish"]["sku"] == "MUG-1"
    assert await held(database) == 0


@pytest.mark.parametrize("key", ["of_message", "twin"])
async def test_message_holds_once_however_often_it_is_asked_for(
    talk: Talk, database: Database, key: str
) -> None:
    """The page asks for the hold under the message's own key. With another one each time it holds
    as often as it is asked.
    """
    _, sent = await talk.guest("Sofia", "mine 1")
    found = sent["wish"]
    body = {"lines": [{"sku": found["sku"], "quantity": found["quantity"]}]}

    answers = [
        await talk.client.post(
            f"/api/v1/shows/{talk.show}/holds",
            json=body,
            headers={"Idempotency-Key": found["key"] if key == "of_message" else ids.secret()},
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201] * 2
    assert await held(database) == (1 if key == "of_message" else 2)
    assert (len({answer.content for answer in answers}) == 1) == (key == "of_message")


async def test_parser_is_asked_for_what_was_written_and_not_for_what_is_covered(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(text: str) -> None:
        asked.append(text)

    monkeypatch.setattr(wishes, "read_wish", read)
    await talk.guest("Sofia", "call +44 7700 900123")

    assert asked == ["call +44 7700 900123"]
    assert json.dumps(await talk.shown(), ensure_ascii=False) == '["call •••"]'


async def test_key_of_a_message_is_its_own_and_nobody_else_can_know_it(talk: Talk) -> None:
    """Under a key that others know they hold first, and the writer is refused."""
    token, first = await talk.guest("Sofia", "mine 1")
    again = (await talk.say("mine 1", token)).json()

    async def hold(key: str, sku: str) -> int:
        answer = await talk.client.post(
            f"/api/v1/shows/{talk.show}/holds",
            json={"lines": [{"sku": sku, "quantity": 1}]},
            headers={"Idempotency-Key": key},
        )
        return int(answer.status_code)

    assert first["wish"]["key"] != again["wish"]["key"]
    seen = (await talk.client.get(f"/api/v1/shows/{talk.show}/messages")).text
    assert first["id"] in seen and first["wish"]["key"] not in seen
    assert await hold(first["id"], "SCARF-1") == 201
    assert await hold(first["wish"]["key"], "MUG-1") == 201
    # What would be, were it the id.
    assert await hold(first["id"], "MUG-1") == 409
