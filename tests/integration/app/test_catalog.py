"""The desk's catalog over HTTP: products by hand, their words, prices, pictures and stock."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from PIL import Image

from showfloor.kit import ids, pictures
from tests.integration.app.one_of_everything import TRAY
from tests.people import Floor, add_floor, add_key

WORDS = {"en": "Deep bowl", "ar": "وعاء عميق"}
GPS = 0x8825


def picture(width: int = 400, height: int = 300, kind: str = "JPEG", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), (width % 255, 90, 120)).save(written, kind, **options)
    return written.getvalue()


def files(folder: Path) -> list[Path]:
    return list(folder.glob("uploads/*"))


class Desk:
    """The API as the first seller, who also uses it for the own shop."""

    def __init__(
        self, client: httpx2.AsyncClient, floor: Floor, keys: list[dict[str, str]]
    ) -> None:
        self.client, self.floor, self.keys = client, floor, keys
        self.mug = ids.encode("prod", floor.products[0].id)

    async def ask(
        self, method: str, path: str, body: object = None, *, who: int = 0, key: str | None = None
    ) -> httpx2.Response:
        headers = {**self.keys[who], **({"Idempotency-Key": key} if key else {})}
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def send(self, data: bytes, kind: str = "image/jpeg") -> httpx2.Response:
        path = f"/api/v1/products/{self.mug}/pictures"
        headers = {**self.keys[0], "Content-Type": kind}
        return await self.client.post(path, content=data, headers=headers)

    async def product(self, product_id: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask("GET", f"/catalog/{product_id or self.mug}")).json()
        return found


@pytest.fixture
async def desk(app: FastAPI, client: httpx2.AsyncClient) -> AsyncIterator[Desk]:
    async with app.state.database.session() as session:
        floor = await add_floor(session)
        keys = [await add_key(session, seller) for seller in floor.sellers]
    yield Desk(client, floor, keys)


def code(answer: httpx2.Response) -> str:
    return str(answer.json()["code"])


async def test_product_by_hand_is_made_and_gets_another_variant(desk: Desk) -> None:
    made = await desk.ask("POST", "/products", TRAY)
    tray = made.json()["id"]
    large = {
        "sku": "TRAY-2",
        "options": {"size": {"en": "Large", "ar": "كبير"}},
        "prices": [{"amount": 1200, "currency": "GBP"}, {"amount": 1500, "currency": "EUR"}],
    }
    added = await desk.ask("POST", f"/products/{tray}/variants", large)
    again = await desk.ask("POST", f"/products/{tray}/variants", large)
    same = await desk.ask("POST", f"/products/{tray}/variants", {**large, "sku": "TRAY-3"})

    assert (made.status_code, added.status_code) == (201, 201)
    assert (code(again), code(same)) == ("product_invalid", "product_invalid")
    product = await desk.product(tray)
    assert [each["sku"] for each in product["variants"]] == ["TRAY-1", "TRAY-2"]
    assert [value["name"]["en"] for value in product["options"][0]["values"]] == ["Small", "Large"]
    assert product["variants"][1]["options"] == {"size": "large"}
    assert product["variants"][1]["prices"] == [
        {"amount": 1500, "currency": "EUR"},
        {"amount": 1200, "currency": "GBP"},
    ]
    assert code(await desk.ask("POST", "/products", TRAY)) == "sku_taken"
    found = (await desk.ask("GET", "/catalog?filter=sold_out")).json()["items"]
    assert [each["id"] for each in found] == [tray]


async def test_words_change_in_both_languages_or_not_at_all(desk: Desk) -> None:
    path = f"/products/{desk.mug}"

    changed = await desk.ask("PATCH", path, {"name": WORDS})
    half = await desk.ask("PATCH", path, {"name": {"en": "Only English"}})
    blank = await desk.ask("PATCH", path, {"summary": {"en": " ", "ar": "\u200b"}})
    foreign = await desk.ask("PATCH", path, {"name": WORDS}, who=1)

    assert changed.json()["name"] == WORDS
    assert [answer.status_code for answer in (half, blank)] == [422, 422]
    assert code(foreign) == "product_not_found"
    product = await desk.product()
    assert (product["name"], product["summary"]["en"]) == (WORDS, "Mug")


async def test_class_of_goods_is_said_by_their_own_seller_and_can_be_taken_back(
    desk: Desk,
) -> None:
    path = f"/products/{desk.mug}/withdrawal-exception"

    before = (await desk.product())["no_withdrawal"]
    said = await desk.ask("PUT", path, {"exception": "perishable"})
    foreign = await desk.ask("PUT", path, {"exception": None}, who=1)
    unknown = await desk.ask("PUT", path, {"exception": "because"})
    meanwhile = (await desk.product())["no_withdrawal"]
    await desk.ask("PUT", path, {"exception": None})

    assert said.json() == {"exception": "perishable"}
    assert code(foreign) == "product_not_found"
    assert (unknown.status_code, code(unknown)) == (422, "validation_failed")
    assert [before, meanwhile, (await desk.product())["no_withdrawal"]] == [
        None,
        "perishable",
        None,
    ]


async def test_prices_are_added_and_never_changed(desk: Desk) -> None:
    path = f"/products/{desk.mug}/prices"
    body = {"sku": "MUG-1", "price": {"amount": 1900, "currency": "GBP"}}

    assert (await desk.ask("POST", path, body)).status_code == 201
    history = (await desk.ask("GET", path)).json()["prices"]

    assert [each["price"]["amount"] for each in history] == [1900, 2500]
    assert (await desk.product())["variants"][0]["prices"] == [{"amount": 1900, "currency": "GBP"}]
    assert code(await desk.ask("GET", path, who=1)) == "product_not_found"


async def test_picture_loses_what_a_camera_wrote_and_keeps_its_place(
    desk: Desk, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[GPS] = {1: "N"}
    first = await desk.send(picture(exif=exif))
    second = await desk.send(picture(500), "image/png")
    twice = await desk.send(picture(500), "image/png")

    urls = [each["url"] for each in twice.json()["pictures"]]
    assert (first.status_code, second.status_code, len(urls)) == (201, 201, 2)
    stored = Image.open(tmp_path / urls[0].removeprefix("/"))
    assert (stored.format, dict(stored.getexif())) == ("JPEG", {})
    turned = await desk.ask("PUT", f"/products/{desk.mug}/pictures", {"urls": urls[::-1]})
    assert [each["url"] for each in turned.json()["pictures"]] == urls[::-1]
    strange = {"urls": ["/uploads/own-strange.jpg"]}
    refused = await desk.ask("PUT", f"/products/{desk.mug}/pictures", strange)
    assert code(refused) == "pictures_changed"
    gone = await desk.ask("PUT", f"/products/{desk.mug}/pictures", {"urls": urls[:1]})
    assert [each["url"] for each in gone.json()["pictures"]] == urls[:1]


async def test_what_is_no_picture_is_refused_and_nothing_is_stored(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [
        await desk.send(b"GIF89a", "image/gif"),
        await desk.send(b"not a picture"),
        await desk.send(picture(90, 90)),
    ]
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    refused.append(await desk.send(picture(kind="PNG"), "image/png"))

    assert [code(answer) for answer in refused] == [
        "picture_type_unsupported",
        "picture_unreadable",
        "picture_too_small",
        "picture_too_many_pixels",
    ]
    assert (await desk.product())["pictures"] == []
    assert files(tmp_path) == []


async def test_stock_changes_with_a_reason_and_says_who(desk: Desk) -> None:
    path, key = f"/products/{desk.mug}/stock", ids.secret()
    torn = {"sku": "MUG-1", "reason": "damaged", "pieces": 2, "note": "Two with a torn seam"}
    version = (await desk.product())["variants"][0]["version"]
    count = {"sku": "MUG-1", "reason": "counted", "pieces": 20, "version": version}

    first = await desk.ask("POST", path, torn, key=key)
    again = await desk.ask("POST", path, torn, key=key)
    old = await desk.ask("POST", path, count, key=ids.secret())

    assert first.json() == again.json()
    assert first.json()["variants"][0]["in_stock"] == 8
    assert code(old) == "stock_version_old"
    assert code(await desk.ask("POST", path, torn)) == "idempotency_key_required"
    assert code(await desk.ask("POST", path, torn, key=ids.secret(), who=1)) == "product_not_found"
    changes = (await desk.ask("GET", path)).json()["changes"]
    assert [(each["reason"], each["by"], each["after"]) for each in changes] == [
        ("damaged", "loam", 8),
        ("counted", "loam", 10),
    ]


async def test_own_shop_says_what_it_sold_and_what_it_has(desk: Desk) -> None:
    sale = {"quantity": 3, "reference": "shop-1"}
    version = (await desk.ask("GET", "/stock/MUG-1")).json()["version"]
    sold = [await desk.ask("POST", "/stock/MUG-1/sales", sale) for _ in range(2)]
    other = await desk.ask("POST", "/stock/MUG-1/sales", {**sale, "quantity": 4})
    old = await desk.ask("PUT", "/stock/MUG-1", {"on_hand": 10, "version": version})
    now = sold[-1].json()
    said = await desk.ask("PUT", "/stock/MUG-1", {"on_hand": 12, "version": now["version"]})

    assert [answer.json()["in_stock"] for answer in sold] == [7, 7]
    assert (code(other), code(old)) == ("reference_used", "stock_version_old")
    assert said.json()["in_stock"] == 12
    assert code(await desk.ask("GET", "/stock/MUG-1", who=1)) == "variant_not_found"
    report = (await desk.ask("GET", "/stock")).json()["items"]
    assert [(each["sku"], each["report"]["said"]) for each in report] == [("MUG-1", 12)]


async def test_refused_count_stands_in_the_report(desk: Desk) -> None:
    version = (await desk.ask("GET", "/stock/MUG-1")).json()["version"]
    await desk.ask("POST", "/stock/MUG-1/sales", {"quantity": 3, "reference": "shop-1"})

    refused = await desk.ask("PUT", "/stock/MUG-1", {"on_hand": 10, "version": version})

    assert refused.status_code == 409
    (mug,) = (await desk.ask("GET", "/stock?filter=differs")).json()["items"]
    assert (mug["report"]["said"], mug["report"]["ours"]) == (10, 7)
    assert (mug["report"]["accepted"], mug["in_stock"]) == (False, 7)


async def test_share_is_left_for_a_show_and_given_back(desk: Desk) -> None:
    version = (await desk.ask("GET", "/stock/MUG-1")).json()["version"]
    wish = {"quantity": 6, "seconds": 3600, "version": version}

    kept = await desk.ask("PUT", "/stock/MUG-1/lease", wish)
    too_many = await desk.ask("PUT", "/stock/MUG-1/lease", {**wish, "quantity": 11})
    ended = await desk.ask("DELETE", "/stock/MUG-1/lease")

    assert (kept.json()["for_own_shop"], kept.json()["lease"]["left"]) == (4, 6)
    assert code(too_many) == "lease_too_large"
    assert (ended.json()["for_own_shop"], ended.json()["lease"]) == (10, None)


async def test_counts_and_search_find_products(desk: Desk) -> None:
    counts = (await desk.ask("GET", "/catalog/counts")).json()["counts"]

    assert counts == {"all": 1, "sold_out": 0, "no_picture": 1, "short": 0, "differs": 0}
    assert len((await desk.ask("GET", "/catalog?q=mug-1")).json()["items"]) == 1
    assert (await desk.ask("GET", "/catalog?q=scarf")).json()["items"] == []
    assert code(await desk.ask("GET", f"/catalog/{desk.mug}", who=1)) == "product_not_found"
