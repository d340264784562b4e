"""Pictures of imported products: fetched behind the import, written anew, shown where those of the
catalog are.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from showfloor.catalog import service as catalog
from showfloor.catalog.types import Product
from showfloor.feeds import rules
from showfloor.feeds.adapters import fetcher
from showfloor.feeds.queries import pictures as queries
from showfloor.kit import clock, pictures
from showfloor.kit.outbound import Outbound
from tests import receiver as behaviours
from tests.integration.checkout.shop import add_seller, execute, scalar
from tests.integration.feeds.conftest import Desk
from tests.integration.feeds.shopify import Row, export, first, further
from tests.receiver import Receiver, answer, receiver
from tests.waiting import until_somebody_waits

GPS = 0x8825


def picture(width: int = 400, height: int = 300, color: str = "teal", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), color).save(written, "JPEG", **options)
    return written.getvalue()


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    async with receiver() as other:
        other.always = answer(200, {"Content-Type": "image/jpeg"}, picture())
        yield other


def shirt(shop: Receiver, *names: str) -> list[Row]:
    one, *others = [f"{shop.url}/{name}" for name in names]
    return [
        first("shirt", "Shirt", picture=one),
        *(further("shirt", picture=other) for other in others),
    ]


async def product(desk: Desk) -> Product:
    async with desk.database.session() as session:
        page = await catalog.list_sellable_products(session, person=desk.seller.person)
    (found,) = page.products
    return found


async def told(desk: Desk) -> object:
    kind = "catalog.product_changed.v1"
    counting = "select count(*) from outbox_event where kind = :kind"
    return await scalar(desk.database, counting, kind=kind)


def opened(desk: Desk, url: str) -> Image.Image:
    return Image.open(desk.uploads / url.removeprefix("/uploads/"))


def stored(desk: Desk) -> list[str]:
    return sorted(file.name for file in desk.uploads.glob("*"))


async def progress(desk: Desk, found: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = (await desk.get(found["id"]))["pictures"]
    return counts


async def lines(desk: Desk, found: dict[str, Any], **params: str) -> list[dict[str, Any]]:
    answered = await desk.client.get(f"/imports/{found['id']}/pictures", params=params)
    items: list[dict[str, Any]] = answered.json()["items"]
    return items


async def test_pictures_of_an_import_become_pictures_of_the_product(
    desk: Desk, shop: Receiver
) -> None:
    found = await desk.take_over(export(shirt(shop, "front.jpg", "back.jpg")))
    assert await progress(desk, found) == {"waiting": 2, "done": 0, "failed": 0}
    assert shop.connections == 0
    shop.next.extend([answer(200, {}, picture(400, 300)), answer(200, {}, picture(4000, 2000))])

    await desk.fetch_pictures()

    assert await progress(desk, found) == {"waiting": 0, "done": 2, "failed": 0}
    shown = (await product(desk)).pictures
    assert {(each.width, each.height) for each in shown} == {(400, 300), (1920, 960)}
    assert sorted(each.url.removeprefix("/uploads/") for each in shown) == stored(desk)
    assert shown[0].alt == {"en": "Shirt", "ar": "Shirt"}
    assert await told(desk) == 1


async def test_order_is_that_of_the_file_whatever_came_first(desk: Desk, shop: Receiver) -> None:
    for names, color in ((["a"], "red"), (["b", "a"], "green"), (["c", "b", "a"], "blue")):
        shop.always = answer(200, {}, picture(color=color))
        await desk.take_over(export(shirt(shop, *names)))
        await desk.fetch_pictures()

    shown = [opened(desk, each.url).getpixel((9, 9)) for each in (await product(desk)).pictures]
    assert [max(zip(pixel, "rgb", strict=True))[1] for pixel in shown] == ["b", "g", "r"]
    assert len(shop.heard) == 3
    told_before = await told(desk)

    await desk.take_over(export(shirt(shop, "a", "b", "c")))

    turned = [opened(desk, each.url).getpixel((9, 9)) for each in (await product(desk)).pictures]
    assert turned == shown[::-1]
    assert await told(desk) != told_before
    assert len(shop.heard) == 3


async def test_comparison_fetches_nothing(desk: Desk, shop: Receiver) -> None:
    found = await desk.compare(export(shirt(shop, "a.jpg")))
    await desk.fetch_pictures()

    assert await progress(desk, found) == {"waiting": 0, "done": 0, "failed": 0}
    assert shop.connections == 0


async def test_same_file_twice_fetches_nothing_twice_and_changes_nothing(
    desk: Desk, shop: Receiver
) -> None:
    file = export(shirt(shop, "a.jpg", "b.jpg"))
    await desk.take_over(file)
    await desk.fetch_pictures()
    before, said = await product(desk), await told(desk)

    again = await desk.take_over(file)
    await desk.fetch_pictures()

    assert await progress(desk, again) == {"waiting": 0, "done": 0, "failed": 0}
    assert len(shop.heard) == 2
    assert (await product(desk), await told(desk)) == (before, said)


async def test_picture_that_the_file_does_not_name_any_more_is_not_shown_any_more(
    desk: Desk, shop: Receiver
) -> None:
    await desk.take_over(export(shirt(shop, "a.jpg", "b.jpg")))
    await desk.fetch_pictures()

    await desk.take_over(export(shirt(shop, "b.jpg")))

    assert len((await product(desk)).pictures) == 1


async def test_file_without_pictures_leaves_those_that_are_here(desk: Desk, shop: Receiver) -> None:
    await desk.take_over(export(shirt(shop, "a.jpg")))
    await desk.fetch_pictures()

    await desk.take_over(export([first("shirt", "Shirt")]))

    assert len((await product(desk)).pictures) == 1


async def test_picture_of_a_variant_is_chosen_with_its_colour(desk: Desk, shop: Receiver) -> None:
    colours = {"axis": "Colour", "picture": f"{shop.url}/all.jpg"}
    rows = [
        first("shirt", "Shirt", value="Red", sku="S-R", **colours)
        | {"Variant Image": f"{shop.url}/red.jpg"},
        further("shirt", value="Blue", sku="S-B", price="12.50")
        | {"Variant Image": f"{shop.url}/blue.jpg"},
    ]
    await desk.take_over(export(rows))
    await desk.fetch_pictures()

    found = await product(desk)

    assert [each.shows for each in found.pictures] == [{}, {"colour": "red"}, {"colour": "blue"}]
    assert {each.sku: each.pictures for each in found.variants} == {"S-R": (1,), "S-B": (2,)}


async def test_place_where_a_picture_was_taken_is_not_kept(desk: Desk, shop: Receiver) -> None:
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    taken = picture(exif=exif)
    assert b"Exif" in taken
    shop.always = answer(200, {}, taken)
    await desk.take_over(export(shirt(shop, "a.jpg")))
    await desk.fetch_pictures()

    (name,) = stored(desk)
    data = (desk.uploads / name).read_bytes()
    assert b"Exif" not in data
    assert not Image.open(io.BytesIO(data)).getexif()


def bomb() -> bytes:
    """A few kilobytes that become more than a hundred megabytes."""
    written = io.BytesIO()
    Image.new("1", (6_000, 5_100)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (bomb, "picture_too_many_pixels"),
        (lambda: picture(6_000, 5_100, progressive=True), "picture_too_many_pixels"),
        (lambda: picture(80, 400), "picture_too_small"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_unreadable"),
        (lambda: picture()[:500], "picture_unreadable"),
        (bytes, "picture_unreadable"),
    ],
    ids=["bomb", "progressive", "small", "svg", "cut-off", "nothing"],
)
async def test_what_is_no_picture_of_ours_is_left_out_with_a_reason(
    desk: Desk, shop: Receiver, make: Callable[[], bytes], code: str
) -> None:
    found = await desk.take_over(export(shirt(shop, "bad.jpg", "good.jpg")))
    shop.next.append(answer(200, {}, make()))
    await desk.fetch_pictures()

    assert await progress(desk, found) == {"waiting": 0, "done": 1, "failed": 1}
    (failed,) = await lines(desk, found, state="failed")
    assert failed["code"] == code
    assert failed["message"]
    assert len((await product(desk)).pictures) == len(stored(desk)) == 1


async def test_without_the_bound_the_bomb_is_decoded(
    desk: Desk, shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 10**9)
    shop.always = answer(200, {}, bomb())
    found = await desk.take_over(export(shirt(shop, "bad.jpg")))
    await desk.fetch_pictures()

    assert (await progress(desk, found))["done"] == 1


async def test_picture_that_is_too_large_ends_as_it_comes(
    desk: Desk, shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "LARGEST_PICTURE", 1 << 20)
    shop.always = behaviours.never_stop
    found = await desk.take_over(export(shirt(shop, "a.jpg")))
    await desk.fetch_pictures()

    assert [each["code"] for each in await lines(desk, found)] == ["fetch_too_large"]
    assert stored(desk) == []


async def test_failure_that_may_pass_is_tried_again_later_and_then_given_up(
    desk: Desk, shop: Receiver
) -> None:
    shop.always = answer(503)
    found = await desk.take_over(export(shirt(shop, "a.jpg")))
    moment = clock.now()
    for attempt in range(rules.PICTURE_ATTEMPTS):
        later = moment + timedelta(hours=attempt)
        with clock.use(lambda later=later: later):
            await desk.fetch_pictures()
            assert len(shop.heard) == attempt + 1
            # Not before its pause is over.
            await desk.fetch_pictures()
            assert len(shop.heard) == attempt + 1

    (failed,) = await lines(desk, found)
    assert (failed["state"], failed["code"]) == ("failed", "fetch_status")
    assert "503" in failed["message"]


async def test_failed_picture_is_tried_again_by_the_next_import(desk: Desk, shop: Receiver) -> None:
    file = export(shirt(shop, "a.jpg"))
    shop.next.append(answer(404))
    await desk.take_over(file)
    await desk.fetch_pictures()
    assert (await product(desk)).pictures == ()

    again = await desk.take_over(file)
    await desk.fetch_pictures()

    assert await progress(desk, again) == {"waiting": 0, "done": 1, "failed": 0}
    assert len((await product(desk)).pictures) == 1


async def test_picture_inside_is_not_asked_for(desk: Desk, shop: Receiver) -> None:
    rows = [first("shirt", "Shirt", picture="https://localhost/a.jpg")]
    found = await desk.take_over(export(rows))
    desk.outbound = Outbound()

    await desk.fetch_pictures()

    assert [each["code"] for each in await lines(desk, found)] == ["fetch_address_forbidden"]
    assert stored(desk) == []


async def test_pictures_that_came_another_way_stay_first(desk: Desk, shop: Receiver) -> None:
    await desk.take_over(export(shirt(shop, "a.jpg")))
    own = '[{"url": "/uploads/own.jpg", "width": 1, "height": 1, "alt": {}, "shows": {}}]'
    async with desk.database.session() as session:
        await session.execute(
            text("update product set pictures = cast(:own as jsonb)"), {"own": own}
        )
        await session.execute(text("update variant set pictures = '[0]'"))

    await desk.fetch_pictures()

    found = await product(desk)
    assert found.pictures[0].url == "/uploads/own.jpg"
    assert len(found.pictures) == 2
    assert found.variants[0].pictures == (0,)


async def test_variant_keeps_its_own_picture_that_was_moved_behind_fetched_ones(
    desk: Desk, shop: Receiver
) -> None:
    await desk.take_over(export(shirt(shop, "a.jpg")))
    await desk.fetch_pictures()
    own = '{"url": "/uploads/own.jpg", "width": 1, "height": 1, "alt": {}, "shows": {}}'
    await execute(desk.database, f"update product set pictures = pictures || '{own}'::jsonb")
    await execute(desk.database, "update variant set pictures = '[1]'")

    await desk.take_over(export(shirt(shop, "b.jpg", "a.jpg")))
    await desk.fetch_pictures()

    found = await product(desk)
    assert [found.pictures[at].url for at in found.variants[0].pictures] == ["/uploads/own.jpg"]


async def test_batch_with_all_the_pictures_that_fit_is_taken_over(desk: Desk) -> None:
    """More than one statement has parameters for."""
    rows = [
        first(f"p-{each}", f"P {each}", picture=f"https://shop.example/{each}/0.jpg")
        for each in range(160)
    ] + [
        further(f"p-{each}", picture=f"https://shop.example/{each}/{place}.jpg")
        for each in range(160)
        for place in range(1, 50)
    ]

    found = await desk.take_over(export(rows))

    assert (found["state"], found["created"]) == ("done", 160)
    assert found["pictures"]["waiting"] == 8000


async def test_picture_of_a_worker_that_died_is_fetched_by_the_next(
    desk: Desk, shop: Receiver
) -> None:
    found = await desk.take_over(export(shirt(shop, "a.jpg")))
    async with desk.database.session() as session:
        now = clock.now()
        assert len(await queries.claim(session, now, now + rules.PICTURE_LEASE, 4)) == 1

    await desk.fetch_pictures()
    assert shop.connections == 0
    after = now + rules.PICTURE_LEASE
    with clock.use(lambda: after):
        await desk.fetch_pictures()

    assert (await progress(desk, found))["done"] == 1


@pytest.mark.parametrize("guard", [True, False])
async def test_picture_that_ends_its_worker_each_time_is_given_up(
    desk: Desk, shop: Receiver, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    found = await desk.take_over(export(shirt(shop, "a.jpg")))
    died = rules.PICTURE_ATTEMPTS
    if not guard:
        monkeypatch.setattr(rules, "PICTURE_ATTEMPTS", died + 1)
    for attempt in range(died):
        later = clock.now() + attempt * rules.PICTURE_LEASE
        async with desk.database.session() as session:
            assert await queries.claim(session, later, later + rules.PICTURE_LEASE, 4)

    with clock.use(lambda: later + rules.PICTURE_LEASE):
        await desk.fetch_pictures()

    assert (await progress(desk, found))["failed" if guard else "done"] == 1
    assert shop.connections == (0 if guard else 1)


async def test_pictures_and_an_import_lock_the_product_first(desk: Desk, shop: Receiver) -> None:
    """One that has a picture and waits for its product, and one that has the product and waits for
    the picture, would wait for each other.
    """
    await desk.take_over(export(shirt(shop, "a.jpg")))
    async with desk.database.session() as session:
        await catalog.lock_products(session, [(await product(desk)).id])
        fetching = asyncio.create_task(desk.fetch_pictures())
        await until_somebody_waits(desk.database)
        await session.execute(text("select from import_picture for update nowait"))
    await fetching
    async with desk.database.session() as session:
        await catalog.lock_products(session, [(await product(desk)).id])
        importing = asyncio.create_task(desk.take_over(export(shirt(shop, "b.jpg", "a.jpg"))))
        await until_somebody_waits(desk.database)
        await session.execute(text("select from import_picture for update nowait"))

    assert (await importing)["state"] == "done"


async def test_stranger_sees_no_pictures(desk: Desk, shop: Receiver) -> None:
    found = await desk.take_over(export(shirt(shop, "a.jpg")))
    desk.as_person((await add_seller(desk.database, "other", "OT")).person)

    refused = await desk.client.get(f"/imports/{found['id']}/pictures")

    assert refused.json()["code"] == "import_not_found"


async def test_pages_of_pictures_lead_on(desk: Desk, shop: Receiver) -> None:
    found = await desk.take_over(export(shirt(shop, "a.jpg", "b.jpg", "c.jpg")))
    path = f"/imports/{found['id']}/pictures"
    one = (await desk.client.get(path, params={"limit": 2})).json()
    two = (await desk.client.get(path, params={"limit": 2, "cursor": one["next_cursor"]})).json()

    assert [len(page["items"]) for page in (one, two)] == [2, 1]
    assert two["next_cursor"] is None
