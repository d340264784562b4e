"""Viewers are reminded of shows by mail: of hosts whom they follow, and of single ones. Each show
once, nothing after they stopped. Each guard has its twin.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from fastapi import FastAPI

from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.kit.minutes import PerMinute
from showfloor.notices import queries as mail_queries
from showfloor.notices import service as notices
from showfloor.notices.types import MailKind
from showfloor.viewers import rules
from showfloor.viewers import service as viewers
from showfloor.viewers.http import following
from showfloor.viewers.service import limits
from tests.integration.checkout.counter import open_hosted_show
from tests.integration.checkout.shop import add_product, add_seller, execute, scalar
from tests.integration.notices.postbox import Postbox, postbox
from tests.integration.viewers.own_data import ask_to_be_erased, carry_out, holdings, registry
from tests.integration.viewers.test_sign_in import deliver, words
from tests.integration.viewers.visitors import BASE, Visitor
from tests.waiting import until_somebody_waits

__all__ = ["registry"]
guarded = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])


@pytest.fixture
async def planned(database: Database) -> UUID:
    """A show that everybody sees and that starts in two days."""
    seller = await add_seller(database)
    product = await add_product(database, seller, ("SALT",))
    show_id, _ = await open_hosted_show(database, (seller, product), state="scheduled")
    await starts_in(database, show_id, timedelta(days=2))
    return show_id


async def starts_in(database: Database, show_id: UUID, when: timedelta) -> None:
    at = clock.now() + when
    await execute(
        database,
        f"update show set starts_at = '{at.isoformat()}', published_at = now() "
        f"where id = '{show_id}'",
    )


async def host_of(database: Database, show_id: UUID) -> str:
    found = await scalar(database, f"select host_creator_id from show where id = '{show_id}'")
    return ids.encode("cre", UUID(str(found)))


async def remind(database: Database, box: Postbox) -> list[EmailMessage]:
    """What the worker does; the mails that came."""
    box.taken.clear()
    async with database.session() as session:
        await notices.remind_of_upcoming(session)
    await deliver(database, box)
    return [mail for mail in box.taken if "List-Unsubscribe" in mail]


async def follow(visitor: Visitor, creator: str) -> None:
    assert (await visitor.send("PUT", f"/viewer/follows/{creator}")).status_code == 204


async def wanted(visitor: Visitor) -> dict[str, list[dict[str, Any]]]:
    answer = await visitor.get("/viewer/reminders")
    assert answer.status_code == 200, answer.text
    found: dict[str, list[dict[str, Any]]] = answer.json()
    return found


async def test_follower_gets_one_mail_an_hour_before_the_show(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))
    async with postbox() as box:
        assert await remind(database, box) == [], "two days before"
        await starts_in(database, planned, timedelta(minutes=59))

        (mail,) = await remind(database, box)
        assert await remind(database, box) == []

    assert mail["To"] == "sofia@example.com" and "Soon" in mail["Subject"]
    assert f"{BASE}/s/" in words(mail) and "because you follow" in words(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_show_that_was_not_planned_reminds_when_it_goes_on_the_air(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))
    await execute(database, f"update show set state = 'live' where id = '{planned}'")
    async with postbox() as box:
        async with database.session() as session:
            await notices.remind_of(session, show_id=planned)
            await notices.remind_of(session, show_id=planned)
        (mail,) = await remind(database, box)

    assert "On the air now" in mail["Subject"]


@pytest.mark.parametrize("late", [timedelta(minutes=50), timedelta(hours=2), timedelta(days=1)])
async def test_show_that_is_put_off_after_its_mail_has_another(
    sofia: Visitor, database: Database, planned: UUID, late: timedelta
) -> None:
    """Whoever was mailed knows the old time; less than an hour later they will wait. A host who
    puts it off again and again does not write to them each time.
    """
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))
    await starts_in(database, planned, timedelta(minutes=50))
    again = late > timedelta(hours=2)
    async with postbox() as box:
        (first,) = await remind(database, box)
        now = clock.now()
        await starts_in(database, planned, timedelta(minutes=50) + late)
        assert await remind(database, box) == [], "put off just now"
        with clock.use(lambda: now + late):
            second = await remind(database, box)
            assert await remind(database, box) == []

    assert len(second) == (1 if again else 0)
    assert [first["Message-ID"] == mail["Message-ID"] for mail in second] == [False] * again


@pytest.mark.parametrize("to", [timedelta(days=1), timedelta(minutes=90), -timedelta(minutes=1)])
async def test_mail_that_waits_for_a_show_that_is_put_off_goes_out_before_its_new_time(
    sofia: Visitor, database: Database, planned: UUID, to: timedelta
) -> None:
    """Or when the host, who is late, goes on the air."""
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))
    await starts_in(database, planned, timedelta(minutes=50))
    async with database.session() as session:
        await notices.remind_of_upcoming(session)
    await starts_in(database, planned, to)
    async with postbox() as box:
        assert await remind(database, box) == []
        moment = clock.now() + max(timedelta(minutes=1), to - timedelta(minutes=40))
        if to < timedelta():
            await execute(database, f"update show set state = 'live' where id = '{planned}'")
            async with database.session() as session:
                await notices.remind_of(session, show_id=planned)
        with clock.use(lambda: moment):
            (mail,) = await remind(database, box)

    assert ("On the air now" if to < timedelta() else "Soon") in mail["Subject"]


async def test_show_that_did_not_begin_in_time_is_announced_no_more(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    await starts_in(database, planned, -timedelta(minutes=5))
    await follow(sofia, await host_of(database, planned))
    async with postbox() as box:
        assert await remind(database, box) == []


async def test_single_show_reminds_whoever_asked_and_nobody_else(
    sofia: Visitor, stranger: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    await stranger.sign_in("eve@example.com")
    path = f"/viewer/reminders/{ids.encode('show', planned)}"
    for _ in range(2):
        assert (await sofia.send("PUT", path)).status_code == 204
    assert [each["id"] for each in (await wanted(sofia))["shows"]] == [path.rpartition("/")[2]]
    assert (await wanted(stranger)) == {"hosts": [], "shows": []}
    await starts_in(database, planned, timedelta(minutes=30))
    async with postbox() as box:
        mails = await remind(database, box)

    assert [mail["To"] for mail in mails] == ["sofia@example.com"]
    assert "you asked to be reminded" in words(mails[0]) and "#stop=" not in words(mails[0])


async def test_nobody_is_reminded_of_what_they_wanted_no_more(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    show, host = ids.encode("show", planned), await host_of(database, planned)
    await follow(sofia, host)
    await sofia.send("PUT", f"/viewer/reminders/{show}")
    assert (await sofia.send("DELETE", f"/viewer/reminders/{show}")).status_code == 204
    assert (await sofia.send("DELETE", f"/viewer/follows/{host}")).status_code == 204
    await starts_in(database, planned, timedelta(minutes=30))
    async with postbox() as box:
        assert await remind(database, box) == []


@pytest.mark.parametrize("gone", ["unfollowed", "erased", "cancelled"])
async def test_mail_that_was_noted_and_is_of_no_use_any_more_is_not_sent(
    app: FastAPI, sofia: Visitor, database: Database, planned: UUID, gone: str
) -> None:
    await sofia.sign_in()
    host = await host_of(database, planned)
    await follow(sofia, host)
    await starts_in(database, planned, timedelta(minutes=30))
    async with database.session() as session:
        await notices.remind_of_upcoming(session)
    assert await scalar(database, "select count(*) from mail where kind = 'show_reminder'") == 1
    if gone == "unfollowed":
        await sofia.send("DELETE", f"/viewer/follows/{host}")
    elif gone == "erased":
        await ask_to_be_erased(sofia)
        await carry_out(app)
    else:
        await execute(database, f"update show set state = 'cancelled' where id = '{planned}'")

    async with postbox() as box:
        assert await remind(database, box) == []
    state = await scalar(database, "select state from mail where kind = 'show_reminder'")
    assert state == "dropped"


async def test_limited_account_is_reminded_once_it_is_not_any_more(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    me = ids.parse("vwr", (await sofia.sign_in())["id"])
    await follow(sofia, await host_of(database, planned))
    await starts_in(database, planned, timedelta(minutes=30))
    async with postbox() as box:
        async with database.session() as session:
            await limits.limit(session, me)
        assert await remind(database, box) == []

        async with database.session() as session:
            await limits.lift(session, me)
        assert len(await remind(database, box)) == 1


@guarded
async def test_reminder_that_waits_when_an_account_is_limited_is_not_sent(
    sofia: Visitor,
    database: Database,
    planned: UUID,
    monkeypatch: pytest.MonkeyPatch,
    guard: bool,
) -> None:
    if not guard:
        monkeypatch.setattr(rules, "may_be_reminded", lambda _: True)
    me = ids.parse("vwr", (await sofia.sign_in())["id"])
    await follow(sofia, await host_of(database, planned))
    await starts_in(database, planned, timedelta(minutes=30))
    async with database.session() as session:
        await notices.remind_of_upcoming(session)
        await limits.limit(session, me)

    async with postbox() as box:
        assert len(await remind(database, box)) == (0 if guard else 1)

        async with database.session() as session:
            await limits.lift(session, me)
        assert len(await remind(database, box)) == (1 if guard else 0)


async def test_link_of_the_mail_stops_without_signing_in(
    sofia: Visitor, stranger: Visitor, database: Database, planned: UUID
) -> None:
    """As a mail program calls it (RFC 8058 section 3.2)."""
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))
    await starts_in(database, planned, timedelta(minutes=30))
    async with postbox() as box:
        (mail,) = await remind(database, box)
    url = urlsplit(str(mail["List-Unsubscribe"]).strip("<>"))
    assert f"#stop={url.path.rpartition('/')[2]}" in words(mail)

    forged = await stranger.client.post(f"{url.path[7:-2]}xx")
    for _ in range(2):
        done = await stranger.client.post(url.path[7:], data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 204, done.text

    assert (forged.status_code, forged.json()["code"]) == (404, "reminder_not_found")
    assert await wanted(sofia) == {"hosts": [], "shows": []}


@guarded
async def test_follower_gets_three_mails_a_day_and_every_one_that_was_asked_for(
    sofia: Visitor, database: Database, planned: UUID, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    monkeypatch.setattr(rules, "MOST_A_DAY", 1 if guard else 100)
    await sofia.sign_in()
    seller = await add_seller(database, "second")
    product = await add_product(database, seller, ("PEPPER",))
    others = [
        (await open_hosted_show(database, (seller, product), state="scheduled"))[0]
        for _ in range(2)
    ]
    for show_id in (planned, *others):
        await follow(sofia, await host_of(database, show_id))
    async with postbox() as box:
        await starts_in(database, planned, timedelta(minutes=10))
        assert len(await remind(database, box)) == 1
        for show_id in others:
            await starts_in(database, show_id, timedelta(minutes=20))
        await sofia.send("PUT", f"/viewer/reminders/{ids.encode('show', others[0])}")

        mails = await remind(database, box)

    assert len(mails) == (1 if guard else 2)


async def test_two_workers_at_once_make_one_mail(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    """The second waits for the first, and finds nothing left."""
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))
    await starts_in(database, planned, timedelta(minutes=10))

    async def work() -> None:
        async with database.session() as session:
            await notices.remind_of_upcoming(session)

    async with database.session() as first:
        await notices.remind_of_upcoming(first)
        second = asyncio.create_task(work())
        await until_somebody_waits(database)
    await second

    assert await scalar(database, "select count(*) from mail where kind = 'show_reminder'") == 1


async def test_sign_in_goes_before_thousands_of_reminders(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    async with database.session() as session:
        await mail_queries.add_reminders(
            session, [ids.new() for _ in range(3000)], clock.now() - timedelta(minutes=1)
        )
    asked = ids.parse("sin", (await sofia.ask()).json()["id"])
    async with database.session() as session:
        await notices.note_mail(session, kind=MailKind.SIGN_IN, about=asked)

    async with database.session() as session:
        now = clock.now()
        claimed = await mail_queries.claim_mail(session, now, now)

    assert claimed is not None and claimed.kind is MailKind.SIGN_IN


async def test_link_of_a_mail_works_however_many_wrong_ones_were_tried(
    sofia: Visitor,
    stranger: Visitor,
    database: Database,
    planned: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Providers of mailboxes call those of all their people from the same few addresses."""
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))
    await starts_in(database, planned, timedelta(minutes=30))
    async with postbox() as box:
        (mail,) = await remind(database, box)
    path = urlsplit(str(mail["List-Unsubscribe"]).strip("<>")).path[7:]

    monkeypatch.setattr(following, "_wrong", PerMinute(1))

    wrong = [await stranger.client.post(f"{path[:-4]}{n:04}") for n in range(2)]
    right = [(await stranger.client.post(path)).status_code for _ in range(3)]

    assert [answer.status_code for answer in wrong] == [404, 429]
    assert right == [204] * 3
    assert (await wanted(sofia))["hosts"] == []


async def test_what_one_wants_already_needs_no_room(
    sofia: Visitor, database: Database, planned: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_FOLLOWED", 2)
    await sofia.sign_in()
    host, show = await host_of(database, planned), ids.encode("show", planned)
    for path in (f"/viewer/follows/{host}", f"/viewer/reminders/{show}") * 2:
        assert (await sofia.send("PUT", path)).status_code == 204


@guarded
async def test_account_follows_only_so_many(
    sofia: Visitor, database: Database, planned: UUID, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    monkeypatch.setattr(rules, "MOST_FOLLOWED", 1 if guard else 10)
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))

    answer = await sofia.send("PUT", f"/viewer/reminders/{ids.encode('show', planned)}")

    assert answer.status_code == (409 if guard else 204)
    assert len((await wanted(sofia))["shows"]) == (0 if guard else 1)
    if guard:
        assert answer.json()["code"] == "too_many_reminders"


async def test_what_is_not_there_or_over_reminds_nobody(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    nobody = ids.encode("cre", ids.new())
    await execute(database, f"update show set state = 'ended' where id = '{planned}'")

    host = await sofia.send("PUT", f"/viewer/follows/{nobody}")
    over = await sofia.send("PUT", f"/viewer/reminders/{ids.encode('show', planned)}")
    anonymous = await sofia.client.put(f"/viewer/follows/{nobody}")

    assert (host.status_code, host.json()["code"]) == (404, "creator_not_found")
    assert (over.status_code, over.json()["code"]) == (404, "show_not_found")
    assert (anonymous.status_code, anonymous.json()["code"]) == (403, "csrf_failed")
    assert await wanted(sofia) == {"hosts": [], "shows": []}


async def test_follower_sees_the_next_show_and_the_copy_names_it(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))

    (host,) = (await wanted(sofia))["hosts"]

    assert host["next_show"]["id"] == ids.encode("show", planned)
    (row,) = (await holdings(sofia))["reminders"]
    assert host["name"]["en"] in row["reminded_of"]


async def test_next_show_is_that_of_the_host_among_however_many(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    """The site has more shows before it than any list shows."""
    seller = await add_seller(database, "second")
    product = await add_product(database, seller, ("PEPPER",))
    other, _ = await open_hosted_show(database, (seller, product), state="scheduled")
    await starts_in(database, other, timedelta(hours=1))
    columns = await scalar(
        database,
        "select string_agg(quote_ident(column_name), ', ') from information_schema.columns "
        "where table_name = 'show' and column_name not in ('id', 'slug')",
    )
    await execute(
        database,
        f"insert into show (id, slug, {columns}) select gen_random_uuid(), 's' || n, {columns} "
        f"from show, generate_series(1, 60) n where id = '{other}'",
    )
    await sofia.sign_in()
    await follow(sofia, await host_of(database, planned))

    (host,) = (await wanted(sofia))["hosts"]

    assert host["next_show"]["id"] == ids.encode("show", planned)


async def test_old_reminders_are_forgotten(
    sofia: Visitor, database: Database, planned: UUID
) -> None:
    await sofia.sign_in()
    await sofia.send("PUT", f"/viewer/reminders/{ids.encode('show', planned)}")
    now = clock.now()
    with clock.use(lambda: now + timedelta(days=366)):
        async with database.session() as session:
            assert await viewers.forget_old_reminders(session) == 1
