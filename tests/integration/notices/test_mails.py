"""From an order to the buyer's mailbox and back to the order's page, over the real application, the
real outbox and a real mail server.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI

from showfloor.app import wiring
from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.kit import clock, ids, outbox
from showfloor.kit.db import Database
from showfloor.kit.minutes import PerMinute
from showfloor.kit.outbox import Dispatcher
from showfloor.merchants import service as merchants
from showfloor.merchants.types import Identity
from showfloor.notices import service
from showfloor.notices.queries import mails
from showfloor.notices.types import Delivery, Letter, Outcome
from showfloor.notices.views import Office
from showfloor.orders import http as orders_http
from showfloor.orders.eraser import ERASER
from showfloor.privacy.types import Subject
from tests.integration.checkout.counter import EMAIL, Buyer, Counter, open_show
from tests.integration.checkout.shop import add_product, add_seller, execute, scalar
from tests.integration.notices.postbox import SENDER, Postbox, postbox
from tests.people import FakeStreaming

BASE = "http://shop.localhost:8000"
SECRET = "s" * 32
ALL = {"choice": "all"}
"""What the page asks for where there is nothing to choose."""
OFFICE = Office(BASE, SECRET.encode(), "shop.example")

_NO_OWNER_READS = """
    insert into mail_choice (merchant_id, person_id, wanted)
    select subject_id, person_id, false from person_grant where kind = 'merchant'
    on conflict do nothing
"""


@dataclass
class Shop:
    """A shop that is open, its worker's hands, a mail server. `owners_read` is whether those who
    own it are written to, as they are in life: what buyers get is counted without them.
    """

    app: FastAPI
    database: Database
    client: httpx2.AsyncClient
    counter: Counter
    box: Postbox
    slug: str
    merchant: UUID
    owners_read: bool = False

    async def buy(self, language: str = "en") -> str:
        """The path of the order's page."""
        self.counter.client.headers["Accept-Language"] = language
        buyer = Buyer(self.counter)
        await buyer.up_to_details(("SALT", 1))
        (order,) = (await buyer.pay()).json()["orders"]
        return str(order["page"])

    async def hear(self) -> None:
        """What the worker does with events."""
        if not self.owners_read:
            await execute(self.database, _NO_OWNER_READS)
        dispatcher = Dispatcher(self.database)
        wiring.connect_worker(dispatcher)
        while await dispatcher.drain():
            pass

    async def send(self, minutes: float = 0) -> None:
        now = clock.now()
        with clock.use(lambda: now + timedelta(minutes=minutes)):
            await service.send_due(self.database, self.box.mailer(seconds=5), OFFICE)

    async def mail_state(self) -> object:
        return await scalar(self.database, "select state from mail order by made_at desc limit 1")


@pytest.fixture
async def shop(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    seller = await add_seller(database)
    product = await add_product(database, seller, ("SALT", "CLAY"))
    show_id = await open_show(database, (seller, product))
    settings = Settings(
        mode="test",
        data=tmp_path,
        database_url=database_url,
        base_url=BASE,
        secret=SECRET,
        internal_token="t" * 32,
        smtp_url="smtp://mx.example",  # type: ignore[arg-type]  # read from text, as from the environment
        mail_from=SENDER,
    )
    app = create_app(settings)
    app.state.streaming = FakeStreaming()
    await app.state.database.open()
    transport = httpx2.ASGITransport(app)
    async with (
        postbox() as box,
        httpx2.AsyncClient(transport=transport, base_url=BASE) as client,
        httpx2.AsyncClient(transport=transport, base_url=f"{BASE}/api/v1") as api,
    ):
        provider = app.state.checkout.providers["test"]
        assert isinstance(provider, TestProvider)
        counter = Counter(database, app, api, provider, tmp_path, show_id)
        yield Shop(app, database, client, counter, box, seller.merchant.slug, seller.merchant.id)
    await app.state.database.close()


@pytest.fixture(autouse=True)
def own_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses are counted in the process, and all tests come from one address."""
    monkeypatch.setattr(orders_http, "_guesses", PerMinute(3))


async def test_order_mail_page_withdrawal_acknowledgement(shop: Shop) -> None:
    page = await shop.buy()
    await shop.hear()
    await shop.send()

    (confirmed,) = shop.box.taken
    body = confirmed.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert f"{BASE}{page}" in text and "£22.00" in text and "14 days" in text
    assert confirmed["To"] == EMAIL

    shown = await shop.client.get(page)
    assert "Withdraw from contract here" in shown.text and "£22.00" in shown.text
    asked = await shop.client.get(f"{page}/withdrawal")
    assert "Confirm withdrawal" in asked.text
    # Directive 2011/83/EU art 11a(2): who withdraws, from what, and where the confirmation goes.
    number = await scalar(shop.database, "select number from orders")
    assert "It concerns order " in asked.text and f"-{number} of " in asked.text
    assert f"The confirmation goes to {EMAIL}." in asked.text
    assert await scalar(shop.database, "select withdrawn_at from orders") is None
    done = await shop.client.post(f"{page}/withdrawal", data=ALL)
    again = await shop.client.post(f"{page}/withdrawal", data=ALL)
    assert (done.status_code, again.status_code) == (303, 303)
    assert "Withdrawal received on" in (await shop.client.get(done.headers["location"])).text

    await shop.hear()
    await shop.send()
    await shop.send(60)
    assert len(shop.box.taken) == 2
    received = shop.box.taken[1].get_body(("plain",))
    assert received is not None and "I withdraw from the contract" in received.get_content()
    assert shop.box.taken[1]["Message-ID"] != confirmed["Message-ID"]


async def test_mail_and_page_are_in_the_language_of_the_purchase(shop: Shop) -> None:
    page = await shop.buy("ar")
    await shop.hear()
    await shop.send()

    (mail,) = shop.box.taken
    html = mail.get_body(("html",))
    assert html is not None and '<html lang="ar" dir="rtl">' in html.get_content()
    assert "طلبك" in mail["Subject"]
    shown = await shop.client.get(page, headers={"Accept-Language": "en"})
    assert "الرجوع عن العقد من هنا" in shown.text and shown.headers["Content-Language"] == "ar"
    chosen = await shop.client.get(f"{page}?lang=en", headers={"Accept-Language": "ar"})
    assert "Withdraw from contract here" in chosen.text


async def test_seller_stands_in_mail_and_page_as_it_was_then(shop: Shop) -> None:
    identity: Identity = {
        "company": "Loam & Wheel Ltd",
        "address": "4 Kiln Lane, Stoke",
        "email": "care@loam.example",
        "phone": "",
        "registration": "No. 712004",
        "vat": "",
    }
    async with shop.database.session() as session:
        await merchants.set_identity(session, slug=shop.slug, identity=identity)
    page = await shop.buy()
    later: Identity = {**identity, "company": "Other Ltd"}
    async with shop.database.session() as session:
        await merchants.set_identity(session, slug=shop.slug, identity=later)
    await shop.hear()
    await shop.send()

    body = shop.box.taken[0].get_body(("plain",))
    assert body is not None
    assert (
        "Loam & Wheel Ltd, 4 Kiln Lane, Stoke, No. 712004, care@loam.example" in body.get_content()
    )
    assert "To Loam & Wheel Ltd, 4 Kiln Lane, Stoke, " in body.get_content()
    shown = (await shop.client.get(page)).text
    assert "Loam &amp; Wheel Ltd" in shown and "No. 712004" in shown and "Other" not in shown
    assert 'href="mailto:care@loam.example?subject=' in shown


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_purchase_that_is_told_of_twice_is_one_mail(shop: Shop, guard: bool) -> None:
    if not guard:
        await execute(shop.database, "alter table mail drop constraint uq_mail_kind_about")
    await shop.buy()
    await shop.hear()
    await execute(shop.database, "update outbox_event set done_at = null")
    await execute(shop.database, "delete from outbox_done")
    await shop.hear()
    await shop.send()
    await shop.send(60)

    assert len(shop.box.taken) == (1 if guard else 2)
    assert await shop.mail_state() == "sent"


async def test_server_that_stumbles_gets_the_mail_later_and_once(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    shop.box.says["DATA"] = "451 later"
    await shop.send()
    await shop.send()
    assert (await shop.mail_state(), shop.box.taken) == ("waiting", [])

    shop.box.says.clear()
    await shop.send(2)
    await shop.send(60)

    assert (await shop.mail_state(), len(shop.box.taken)) == ("sent", 1)


async def test_refused_mail_is_parked_until_somebody_lets_it_go_on(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    shop.box.says["RCPT"] = "550 no such mailbox"
    await shop.send()
    shop.box.says.clear()
    await shop.send(600)
    assert (await shop.mail_state(), shop.box.taken) == ("parked", [])
    async with shop.database.session() as session:
        assert [each.error for each in await service.list_parked(session)] == ["550"]
        assert await service.retry_parked(session) == 1

    await shop.send()

    assert (await shop.mail_state(), len(shop.box.taken)) == ("sent", 1)


async def test_mail_whose_answer_was_lost_goes_out_again_under_the_same_name(shop: Shop) -> None:
    """Nobody can know whether it was taken; without it the buyer has nothing in hand."""
    await shop.buy()
    await shop.hear()
    shop.box.hangs_up = True
    await shop.send()
    shop.box.hangs_up = False
    await shop.send(5)
    await shop.send(600)

    first, second = shop.box.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes().partition(b"boundary")[0] == second.as_bytes().partition(b"boundary")[0]


async def test_mail_of_which_nobody_ever_knows_is_parked_after_three(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    shop.box.hangs_up = True
    for minutes in range(0, 24 * 60, 60):
        await shop.send(minutes)

    assert (await shop.mail_state(), len(shop.box.taken)) == ("parked", 3)


async def test_mail_that_nobody_takes_for_days_is_parked(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    shop.box.says["DATA"] = "421 closing"

    await shop.send(3 * 24 * 60 + 1)

    assert await shop.mail_state() == "parked"


async def test_mails_of_months_without_a_server_do_not_go_out_when_one_is_set(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()

    await shop.send(60 * 24 * 60)
    assert (await shop.mail_state(), shop.box.taken) == ("parked", [])
    async with shop.database.session() as session:
        assert [each.error for each in await service.list_parked(session)] == ["too old"]
        assert await service.retry_parked(session) == 1
    await shop.send()

    assert (await shop.mail_state(), len(shop.box.taken)) == ("sent", 1)


async def test_mail_that_nobody_ever_sent_is_forgotten(shop: Shop) -> None:
    await shop.buy()
    await shop.hear()
    later = clock.now() + service.KEPT_FOR + timedelta(minutes=1)

    async with shop.database.session() as session:
        assert await service.forget_old(session) == 0
        with clock.use(lambda: later):
            assert await service.forget_old(session) == 2


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_worker_that_comes_too_late_changes_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(mails, "_still_claimed", lambda mail: ())
    await shop.buy()
    await shop.hear()

    class Slow:
        async def send(self, letter: Letter) -> Delivery:
            await shop.send(31)
            return Delivery(Outcome.LATER, "TimeoutError")

    await service.send_due(shop.database, Slow(), OFFICE)
    state = await shop.mail_state()
    await shop.send(60)

    assert (state, len(shop.box.taken)) == (("sent", 1) if guard else ("waiting", 2))


async def test_mail_that_cannot_be_written_holds_up_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.buy()
    await shop.hear()
    await execute(shop.database, "update orders set market = 'none'")
    await shop.buy()
    await shop.hear()
    await shop.send()

    error = await scalar(shop.database, "select error from mail where state = 'waiting'")
    assert (error, len(shop.box.taken)) == ("MarketUnknown", 1)
    await shop.send(4 * 24 * 60)
    states = await scalar(shop.database, "select string_agg(state, ' ' order by state) from mail")
    assert states == "parked sent"


async def test_who_was_erased_gets_no_mail_and_the_page_names_nobody(shop: Shop) -> None:
    page = await shop.buy()
    await shop.hear()
    await execute(shop.database, "update orders set withdrawn_at = now()")
    async with shop.database.session() as session:
        await ERASER.erase(session, Subject(EMAIL))

    await shop.send()

    assert (shop.box.taken, await shop.mail_state()) == ([], "dropped")
    shown = await shop.client.get(page)
    assert shown.status_code == 200 and "Anna" not in shown.text and EMAIL not in shown.text


async def test_page_is_open_to_its_address_alone(shop: Shop) -> None:
    page = await shop.buy()
    other = page[:-1] + ("A" if page[-1] != "A" else "B")

    headers = (await shop.client.get(page)).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert (headers["x-robots-tag"], headers["cache-control"]) == ("noindex", "private, no-store")
    assert (await shop.client.get(other)).status_code == 404
    assert (await shop.client.post(f"{other}/withdrawal")).status_code == 404
    assert (await shop.client.get("/o/%ff")).status_code == 404
    assert (await shop.client.get(other)).status_code == 429
    assert (await shop.client.post(f"{other}/withdrawal")).status_code == 429
    assert await scalar(shop.database, "select withdrawn_at from orders") is None


async def test_guesses_of_others_close_no_page_and_are_forgotten_in_the_next_minute(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await shop.buy()
    guessed = [(await shop.client.get("/o/guess")).status_code for _ in range(5)]
    # Page and API count together.
    withdrawal = f"/api/v1/orders/{ids.encode('ord', ids.new())}/withdrawal"
    also = (await shop.client.post(withdrawal, json={"token": "guess"})).status_code
    mine = (await shop.client.get(page)).status_code
    now = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: now + 60)
    later = (await shop.client.get("/o/guess")).status_code

    assert (guessed, also) == ([404, 404, 404, 429, 429], 429)
    assert (mine, later) == (200, 404)


async def test_page_asks_no_other_host_and_has_no_script(shop: Shop) -> None:
    shown = (await shop.client.get(await shop.buy())).text

    assert not re.search(r'(src|href)="https?://', shown)
    assert not re.search(r"<script(?! type=\"application/json\")", shown)


async def test_mail_adds_nothing_to_the_purchase(shop: Shop) -> None:
    await shop.buy()

    assert await scalar(shop.database, "select count(*) from mail") == 0
    told = "select count(*) from outbox_event where kind like 'orders.%'"
    assert await scalar(shop.database, told) == 1
    async with shop.database.session() as session:
        assert await outbox.list_parked(session) == []
