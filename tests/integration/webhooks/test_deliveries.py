"""Deliveries to a system that fails in every way, and what its merchant sees and does about it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest

from showfloor.kit import clock
from showfloor.kit.outbound import Outbound
from showfloor.webhooks import queries
from showfloor.webhooks.rules import CLAIMED_FOR, PATIENCE
from tests import receiver as behaviours
from tests.integration.checkout.shop import scalar
from tests.integration.webhooks.conftest import Shop, verified
from tests.receiver import Behaviour, answer, receiver
from tests.waiting import bounded

LATER = timedelta(minutes=1)


async def failed_once(shop: Shop, behaviour: Behaviour) -> tuple[dict[str, Any], dict[str, Any]]:
    """A webhook whose first message was answered so, and the line about it."""
    webhook = await shop.add()
    shop.there.next.append(behaviour)
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    await shop.send()
    (line,) = await shop.log(webhook)
    return webhook, line


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        (answer(500), 500, None),
        (answer(429), 429, None),
        (answer(404), 404, None),
        (answer(302, {"Location": "http://localhost/"}), 302, None),
        (behaviours.close, None, "broken"),
        (behaviours.reset, None, "broken"),
        (behaviours.stop_in_the_head, None, "broken"),
        (behaviours.talk_nonsense, None, "broken"),
    ],
)
async def test_what_fails_comes_again_under_the_same_id(
    shop: Shop, behaviour: Behaviour, status: int | None, reason: str | None
) -> None:
    webhook, line = await failed_once(shop, behaviour)
    assert (line["state"], line["attempts"]) == ("waiting", 1)
    assert (line["status"], line["reason"]) == (status, reason)
    assert line["next_at"] is not None

    await shop.send()
    assert len(shop.there.heard) == 1, "not before the pause is over"
    await shop.send(LATER)
    first, second = shop.there.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == line["message_id"]
    assert first.body == second.body
    (line,) = await shop.log(webhook)
    assert (line["state"], line["attempts"], line["status"]) == ("delivered", 2, 204)
    assert (await shop.state(webhook))["failing_since"] is None


async def test_an_endpoint_that_is_back_gets_what_is_due_and_the_rest_after_its_pause(
    shop: Shop,
) -> None:
    webhook, _ = await failed_once(shop, answer(503))
    shop.there.next.append(answer(503))
    await shop.send(timedelta(seconds=6))
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")

    await shop.send()
    states = [line["state"] for line in await shop.log(webhook)]
    await shop.send(timedelta(minutes=2))

    assert states == ["delivered", "waiting"]
    assert [line["state"] for line in await shop.log(webhook)] == ["delivered", "delivered"]


@pytest.mark.parametrize("behaviour", [behaviours.stop_in_the_body, behaviours.never_stop])
async def test_a_good_status_counts_whatever_becomes_of_the_body(
    shop: Shop, behaviour: Behaviour
) -> None:
    _, line = await failed_once(shop, behaviour)
    assert (line["state"], line["status"]) == ("delivered", 200)


async def test_an_answer_that_does_not_come_is_waited_for_that_long(shop: Shop) -> None:
    shop.seconds = 0.2
    _, line = await failed_once(shop, behaviours.hang)
    assert (line["state"], line["reason"]) == ("waiting", "timed_out")


async def test_retry_after_holds_for_everything_to_that_endpoint(shop: Shop) -> None:
    webhook, _ = await failed_once(shop, answer(429, {"Retry-After": "3600"}))
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    await shop.send(timedelta(minutes=59))
    assert len(shop.there.heard) == 1

    await shop.send(timedelta(minutes=2))
    assert len(shop.there.heard) == 3
    assert {line["state"] for line in await shop.log(webhook)} == {"delivered"}


async def test_gone_switches_off_until_its_owner_switches_on(shop: Shop) -> None:
    webhook, line = await failed_once(shop, answer(410))
    assert line["state"] == "failed"
    assert (await shop.state(webhook))["state"] == "gone"
    refused = await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_off")
    await shop.buy()
    await shop.hear()
    assert len(await shop.log(webhook)) == 1

    await shop.ask("PATCH", f"/webhooks/{webhook['id']}", {"on": True})
    replayed = await shop.ask(
        "POST", f"/webhooks/{webhook['id']}/replay", {"deliveries": [line["id"]]}
    )
    assert (replayed.status_code, replayed.json()) == (202, {"count": 1})
    await shop.send()
    (line,) = await shop.log(webhook)
    assert line["state"] == "delivered"


async def test_after_three_days_it_has_failed_and_can_be_replayed(shop: Shop) -> None:
    webhook, _ = await failed_once(shop, answer(503))
    shop.there.always = answer(503)
    await shop.send(timedelta(days=3, minutes=1))
    (line,) = await shop.log(webhook)
    assert (line["state"], line["status"]) == ("failed", 503)
    await shop.send(timedelta(days=1))
    assert len(shop.there.heard) == 2

    shop.there.always = answer(204)
    since = {"failed_since": clock.rfc3339(clock.now() - timedelta(hours=1))}
    replayed = await shop.ask("POST", f"/webhooks/{webhook['id']}/replay", since)
    assert replayed.json() == {"count": 1}
    await shop.send()
    (line,) = await shop.log(webhook)
    assert (line["state"], line["attempts"]) == ("delivered", 1)
    assert len({heard.headers["webhook-id"] for heard in shop.there.heard}) == 1


async def test_a_worker_that_is_killed_loses_nothing(shop: Shop) -> None:
    """As kill -9 does it: what was claimed is never noted."""
    webhook = await shop.add()
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    shop.there.next.append(behaviours.hang)
    lanes = shop.lanes()
    await lanes.fill(shop.database)
    await shop.there.until_heard(1)
    await lanes.close()

    await shop.send()
    assert len(shop.there.heard) == 1
    await shop.send(CLAIMED_FOR)
    first, second = await shop.there.until_heard(2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert verified(second, webhook["secret"])["type"] == "webhook.test"


async def test_a_slow_endpoint_delays_no_other(shop: Shop) -> None:
    async with receiver() as slow:
        slow.always = behaviours.hang
        silent = await shop.add(url=slow.url)
        quick = await shop.add()
        for _ in range(6):
            await shop.ask("POST", f"/webhooks/{silent['id']}/test")
        for _ in range(3):
            await shop.ask("POST", f"/webhooks/{quick['id']}/test")
        lanes = shop.lanes(most=7, each=4)
        await lanes.fill(shop.database)
        await shop.there.until_heard(3)
        await slow.until_heard(4)
        assert slow.connections == 4
        await lanes.close()


async def test_slow_endpoints_that_fill_all_lanes_take_turns_with_others(shop: Shop) -> None:
    """It takes each message, late: no failure makes it rest."""
    let_go = asyncio.Semaphore(0)

    async def take_late(writer: asyncio.StreamWriter) -> None:
        await let_go.acquire()
        await answer(204)(writer)

    async with receiver() as slow:
        slow.always = take_late
        silent, quick = await shop.add(url=slow.url), await shop.add()
        for webhook in (silent, silent, silent, quick):
            await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
        lanes = shop.lanes(most=1)
        async with bounded():
            await lanes.fill(shop.database)
            await slow.until_heard(1)
            await lanes.fill(shop.database)
            let_go.release()
            await lanes.idle()
            assert len(slow.heard) == 1, "the lane ends for the one that waits"
            await lanes.fill(shop.database)
            await shop.there.until_heard(1)
            await lanes.close()


async def test_an_endpoint_that_takes_nothing_is_asked_less_and_less(shop: Shop) -> None:
    webhook = await shop.add()
    shop.there.always = answer(500)
    for _ in range(PATIENCE + 4):
        await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    lanes = shop.lanes(each=1)
    for _ in range(PATIENCE + 4):
        async with bounded():
            await lanes.fill(shop.database)
            await lanes.idle()

    assert len(shop.there.heard) == PATIENCE
    assert (await shop.state(webhook))["failing_since"] is not None
    shop.there.always = answer(204)
    await shop.send(timedelta(minutes=6))
    await shop.send()
    assert (await shop.state(webhook))["waiting"] == 0


async def test_two_workers_send_each_delivery_once(shop: Shop) -> None:
    webhook = await shop.add()
    for _ in range(8):
        await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    one, two = shop.lanes(), shop.lanes()
    async with bounded():
        await asyncio.gather(one.fill(shop.database), two.fill(shop.database))
        await asyncio.gather(one.idle(), two.idle())

    names = [heard.headers["webhook-id"] for heard in shop.there.heard]
    assert len(names) == len(set(names)) == 8


async def test_a_machine_inside_is_never_called(shop: Shop) -> None:
    """Outside demo and test; the twin is every other test here."""
    inside = replace(shop, outbound=Outbound())
    webhook = await shop.add(url="https://localhost/hooks")
    await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    await inside.send()

    (line,) = await shop.log(webhook)
    assert (line["state"], line["reason"]) == ("waiting", "address_forbidden")
    assert shop.there.connections == 0


async def test_somebody_elses_webhook_does_not_exist(shop: Shop) -> None:
    webhook = await shop.add()
    path = f"/webhooks/{webhook['id']}"
    for method, end, body in (
        ("PATCH", "", {"on": False}),
        ("DELETE", "", None),
        ("POST", "/secret", None),
        ("POST", "/test", None),
        ("POST", "/replay", {"failed_since": "2026-01-01T00:00:00Z"}),
        ("GET", "/deliveries", None),
    ):
        refused = await shop.api.request(method, path + end, json=body, headers=shop.foreign)
        assert (refused.status_code, refused.json()["code"]) == (404, "webhook_not_found")
    assert (await shop.api.get("/webhooks", headers=shop.foreign)).json() == {"webhooks": []}
    state = await shop.state(webhook)
    assert (state["state"], state["both_sign_until"], state["waiting"]) == ("on", None, 0)


@pytest.mark.parametrize("url", ["ftp://erp.example/", "https://a:b@erp.example/", "erp.example"])
async def test_an_address_that_is_never_called_is_refused_at_once(shop: Shop, url: str) -> None:
    refused = await shop.ask("POST", "/webhooks", {"url": url, "events": ["order.paid"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "webhook_url_invalid")
    assert await scalar(shop.database, "select count(*) from webhook_endpoint") == 0


async def test_a_merchant_has_ten_webhooks_at_most(shop: Shop) -> None:
    for _ in range(10):
        await shop.add()
    refused = await shop.ask("POST", "/webhooks", {"url": shop.there.url, "events": ["order.paid"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_webhooks")
    assert await scalar(shop.database, "select count(*) from webhook_endpoint") == 10


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_ten_stay_ten_when_two_are_added_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    for _ in range(9):
        await shop.add()
    if not guard:
        count, both_counted = queries.endpoints, asyncio.Barrier(2)

        async def endpoints(*one: Any) -> Any:
            found = await count(*one)
            await both_counted.wait()
            return found

        monkeypatch.setattr(queries, "endpoints", endpoints)
        monkeypatch.setattr(queries, "lock_endpoints", AsyncMock())
    new = {"url": shop.there.url, "events": ["order.paid"]}
    async with bounded():
        await asyncio.gather(*(shop.ask("POST", "/webhooks", new) for _ in range(2)))

    there = await scalar(shop.database, "select count(*) from webhook_endpoint")
    assert there == (10 if guard else 11)


async def test_the_log_has_pages_and_a_removed_webhook_takes_its_own_along(shop: Shop) -> None:
    webhook = await shop.add()
    for _ in range(3):
        await shop.ask("POST", f"/webhooks/{webhook['id']}/test")
    page = (await shop.ask("GET", f"/webhooks/{webhook['id']}/deliveries?limit=2")).json()
    rest = await shop.log(webhook, f"?limit=2&cursor={page['next_cursor']}")
    assert (len(page["deliveries"]), len(rest)) == (2, 1)
    assert await shop.log(webhook, "?state=failed") == []

    assert (await shop.ask("DELETE", f"/webhooks/{webhook['id']}")).status_code == 204
    assert await scalar(shop.database, "select count(*) from webhook_delivery") == 0
