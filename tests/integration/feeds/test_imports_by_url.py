"""A file at an address: fetched by the worker, only when it changed, and never from inside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from showfloor.feeds import tasks
from showfloor.feeds.adapters import fetcher
from showfloor.kit import ids, messages
from showfloor.kit.outbound import Outbound, Reason
from tests import receiver as behaviours
from tests.integration.checkout.shop import add_seller, scalar
from tests.integration.feeds.conftest import Desk
from tests.integration.feeds.shopify import export, first
from tests.receiver import Behaviour, Receiver, answer, receiver

MUG = export([first("mug", "Mug", price="22.00", qty="7")])
BOWL = export([first("bowl", "Bowl", price="30.00", qty="2")])
TAGS = {"ETag": '"v1"', "Last-Modified": "Wed, 25 Nov 2026 10:00:00 GMT"}


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    async with receiver() as other:
        other.always = answer(200, TAGS, MUG)
        yield other


async def products(desk: Desk) -> int:
    counted = await scalar(desk.database, "select count(*) from product")
    assert isinstance(counted, int)
    return counted


async def failure(desk: Desk, url: str) -> dict[str, Any]:
    """Why it came to nothing; nothing is here of it."""
    found = await desk.take_over_url(url)
    assert found["state"] == "failed"
    assert await products(desk) == 0
    assert not desk.folder.path(ids.parse("imp", found["id"])).exists()
    failed: dict[str, Any] = found["failure"]
    return failed


async def test_file_at_an_address_is_compared_and_taken_over(desk: Desk, shop: Receiver) -> None:
    compared = await desk.compare_url(shop.url + "?token=secret")

    assert (compared["state"], compared["created"]) == ("compared", 1)
    assert compared["url"] == shop.url + "?token=secret"
    assert compared["file_name"] == "localhost/hooks"
    assert await products(desk) == 0
    await desk.client.post(f"/imports/{compared['id']}/apply")
    await desk.run()
    done = await desk.get(compared["id"])
    assert (done["state"], done["created"]) == ("done", 1)
    assert await products(desk) == 1
    # What was compared is what is taken over: it is not fetched again.
    assert len(shop.heard) == 1
    assert shop.heard[0].method == "GET"


async def test_what_did_not_change_at_its_address_changes_nothing(
    desk: Desk, shop: Receiver
) -> None:
    await desk.take_over_url(shop.url)
    shop.always = answer(304, TAGS)

    again = await desk.take_over_url(shop.url)

    assert (again["state"], again["not_modified"]) == ("done", True)
    assert (again["created"], again["changed"], again["rows"]) == (0, 0, 0)
    asked = shop.heard[-1].headers
    assert asked["if-none-match"] == '"v1"'
    assert asked["if-modified-since"] == TAGS["Last-Modified"]
    assert await products(desk) == 1
    assert not desk.folder.path(ids.parse("imp", again["id"])).exists()


async def test_new_version_at_the_address_is_taken_over(desk: Desk, shop: Receiver) -> None:
    await desk.take_over_url(shop.url)
    shop.always = answer(200, {"ETag": '"v2"'}, BOWL)
    changed = await desk.take_over_url(shop.url)

    await desk.take_over_url(shop.url)

    assert (changed["created"], changed["not_modified"]) == (1, False)
    assert shop.heard[-1].headers["if-none-match"] == '"v2"'
    assert "if-modified-since" not in shop.heard[-1].headers


async def test_what_was_only_compared_is_asked_for_whole(desk: Desk, shop: Receiver) -> None:
    await desk.compare_url(shop.url)

    taken = await desk.take_over_url(shop.url)

    assert taken["created"] == 1
    assert all("if-none-match" not in heard.headers for heard in shop.heard)


async def test_what_was_read_in_another_currency_is_asked_for_whole(
    desk: Desk, shop: Receiver
) -> None:
    await desk.take_over_url(shop.url)

    await desk.take_over_url(shop.url, currency="EUR")

    assert "if-none-match" not in shop.heard[-1].headers


async def test_versions_of_one_merchant_say_nothing_of_another_s(
    desk: Desk, shop: Receiver
) -> None:
    await desk.take_over_url(shop.url)
    desk.as_person((await add_seller(desk.database, "other", "OT")).person)

    other = await desk.take_over_url(shop.url)

    assert other["created"] == 1
    assert "if-none-match" not in shop.heard[-1].headers


async def test_file_that_could_not_be_read_is_asked_for_whole_again(
    desk: Desk, shop: Receiver
) -> None:
    shop.next.append(answer(200, TAGS, b"no table"))
    broken = await desk.take_over_url(shop.url)

    mended = await desk.take_over_url(shop.url)

    assert broken["state"] == "failed"
    assert mended["created"] == 1
    assert "if-none-match" not in shop.heard[-1].headers


async def test_redirects_lead_to_the_file(desk: Desk, shop: Receiver) -> None:
    shop.next.append(answer(301, {"Location": "/feed.csv"}))

    found = await desk.take_over_url(shop.url)

    assert found["created"] == 1
    assert [heard.path for heard in shop.heard] == ["/hooks", "/feed.csv"]


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answer(404), "fetch_status"),
        (answer(503), "fetch_status"),
        (answer(304), "fetch_status"),
        (answer(302, {"Location": "/hooks"}), "fetch_redirects"),
        (answer(302, {"Location": "ftp://shop.example/"}), "fetch_url_invalid"),
        (behaviours.close, "fetch_broken"),
        (behaviours.stop_in_the_body, "fetch_broken"),
        (behaviours.talk_nonsense, "fetch_broken"),
    ],
)
async def test_whatever_the_shop_does_the_merchant_is_told(
    desk: Desk, shop: Receiver, behaviour: Behaviour, code: str
) -> None:
    shop.always = behaviour

    failed = await failure(desk, shop.url)

    assert failed["code"] == code
    assert failed["message"]


async def test_file_that_is_too_large_ends_as_it_comes(
    desk: Desk, shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "LARGEST_FILE", 1 << 20)
    shop.always = behaviours.never_stop

    assert (await failure(desk, shop.url))["code"] == "fetch_too_large"


async def test_file_that_does_not_come_ends_with_the_time_for_it(
    desk: Desk, shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "FILE_SECONDS", 0.2)
    shop.always = behaviours.hang

    assert (await failure(desk, shop.url))["code"] == "fetch_timed_out"


async def test_machine_inside_is_not_asked(desk: Desk, shop: Receiver) -> None:
    """The name is judged by the worker, that resolves it."""
    sent = await desk.send_url("https://localhost/feed.csv", dry_run=False)
    desk.outbound = Outbound()

    await desk.run()

    found = await desk.get(sent.json()["id"])
    assert found["failure"]["code"] == "fetch_address_forbidden"
    assert shop.connections == 0


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/feed", "https://shop.example:444/", "file:///etc/passwd", "feed.csv"],
)
async def test_address_that_is_never_called_is_refused_at_once(desk: Desk, url: str) -> None:
    desk.app.state.outbound = Outbound()

    refused = await desk.send_url(url)

    assert (refused.status_code, refused.json()["code"]) == (422, "import_url_invalid")
    assert await scalar(desk.database, "select count(*) from product_import") == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"currency": "XXZ"}, "import_currency_unknown"),
        ({"format": "etsy"}, "import_format_unknown"),
        ({"dry_run": "perhaps"}, "validation_failed"),
        ({"url": ""}, "validation_failed"),
        ({"merchant": f"mer_{'0' * 32}"}, "merchant_not_found"),
        ({"format": "a" * 20_000}, "validation_failed"),
    ],
)
async def test_nonsense_with_an_address_is_refused(
    desk: Desk, fields: dict[str, object], code: str
) -> None:
    wish = {"url": "https://shop.example/feed", "currency": "GBP"} | fields
    refused = await desk.client.post(
        "/imports", json=wish, headers={"Idempotency-Key": ids.secret()}
    )

    assert refused.json()["code"] == code
    assert await scalar(desk.database, "select count(*) from product_import") == 0


async def test_same_key_is_one_import_and_with_another_address_a_conflict(
    desk: Desk, shop: Receiver
) -> None:
    key = ids.secret()
    one = await desk.send_url(shop.url, key)
    two = await desk.send_url(shop.url, key)
    other = await desk.send_url(shop.url + "/other", key)

    assert one.json()["id"] == two.json()["id"]
    assert other.json()["code"] == "idempotency_conflict"
    await desk.run()
    assert len(shop.heard) == 1


async def test_every_way_to_fail_has_words() -> None:
    for lang in messages.LANGUAGES:
        for reason in Reason:
            assert messages.translate(lang, f"import_file.fetch_{reason.value}")


async def test_worker_that_died_while_it_fetched_leaves_no_half_of_a_file(
    desk: Desk, shop: Receiver
) -> None:
    sent = (await desk.send_url(shop.url, dry_run=False)).json()
    half = desk.folder.path(ids.parse("imp", sent["id"]))
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(MUG[:-10])

    await tasks.run_imports(desk.database, folder=desk.folder, outbound=desk.outbound)

    assert (await desk.get(sent["id"]))["created"] == 1
