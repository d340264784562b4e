"""The real application over a shop that has one of everything a route can name: a host who also
sells, a stranger, a guest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text

from showfloor.app.asgi import create_app
from showfloor.app.settings import Settings
from showfloor.feeds.tasks import run_imports
from showfloor.identity import service as identity
from showfloor.identity.service import Gate
from showfloor.identity.types import CollectionPoint, GrantKind, Person, Role
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.media.types import IngestState
from showfloor.offers import service as drops
from showfloor.offers.service import leave_token, wait_token
from showfloor.orders import service as orders
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow
from showfloor.stock import service as stock
from showfloor.viewers import rules as viewer_rules
from showfloor.viewers import service as viewers
from tests.integration.feeds.shopify import export, first
from tests.people import (
    FakeStreaming,
    Floor,
    add_floor,
    add_person,
    add_product,
    put_on_air,
    report,
)

BASE = "http://shop.localhost:8000"
CARD = {"type": "test", "number": "4242424242424242"}
HOOK = {"url": "https://erp.example/hooks", "events": ["order.paid"]}
HOME = {
    "name": "Anna",
    "line1": "1 High Street",
    "city": "London",
    "postal_code": "N1 1AA",
    "country": "GB",
}


WAY = {
    "name": {"en": "Standard", "ar": "عادي"},
    "countries": ["GB"],
    "currency": "GBP",
    "steps": [{"from_value": 0, "price": 395}],
    "days_from": 2,
    "days_to": 3,
}


SMALL = {"en": "Small", "ar": "صغير"}
TRAY = {
    **{name: {"en": "Tray", "ar": "صينية"} for name in ("name", "summary", "description")},
    "axes": {"size": {"en": "Size", "ar": "المقاس"}},
    "variants": [
        {
            "sku": "TRAY-1",
            "options": {"size": SMALL},
            "prices": [{"amount": 900, "currency": "GBP"}],
        }
    ],
}
LOST = {"reason": ["Parcels are missing"]}
SAID = {"text": "Thirty days.", "url": ""}
FREE = [{"from_value": 0, "price": 0}]


@dataclass(frozen=True)
class Everything:
    """`known` has what makes a parameter or a field of that name lead somewhere, the best first;
    `special` what does so for one route alone: a show that is not live yet can go live, an order
    that was not sent can be cancelled. `tokens` are by security scheme.
    """

    client: httpx2.AsyncClient
    known: dict[str, list[Any]]
    tokens: dict[str, list[str]]
    special: dict[str, dict[str, list[Any]]]

    def known_to(self, route: str) -> dict[str, list[Any]]:
        return self.known | self.special.get(route, {})


@asynccontextmanager
async def one_of_everything(database_url: str, data: Path) -> AsyncIterator[Everything]:
    settings = Settings(
        mode="test",
        data=data,
        database_url=database_url,
        base_url=BASE,
        secret="s" * 32,
        internal_token="t" * 32,
        # Goods are held by the database's clock, which goes on however slow the questions are.
        hold_seconds=3600,
    )
    app = create_app(settings)
    streaming = app.state.streaming = FakeStreaming()
    database = app.state.database
    await database.open()
    try:
        async with database.session() as session:
            floor = await add_floor(session)
            mug = floor.products[0].variants[0]
            # So many that what was sold and is held here leaves enough for everybody else.
            await stock.set_on_hand(
                session, person=floor.sellers[0], variant_id=mug.id, on_hand=200
            )
            merchant_id = next(iter(floor.sellers[0].merchant_ids))
            plate = await add_product(session, floor.sellers[0], "plate")
            kettle = await add_product(session, floor.sellers[0], "kettle", on_hand=0)
            await shows.add_product(
                session, person=floor.host, show_id=floor.show.id, product_id=kettle.id
            )
            await identity.grant(
                session, person_id=floor.host.id, kind=GrantKind.MERCHANT, subject_id=merchant_id
            )
            draft = await shows.create_show(
                session,
                person=floor.host,
                new=NewShow(title={"en": "Later", "ar": "لاحقًا"}, market="gb", disclosures=[]),
            )
            await shows.note_ingest(
                session, report=report(draft, IngestState.PUBLISHING), secret="s" * 32
            )
            coming = await shows.create_show(
                session,
                person=floor.host,
                new=NewShow(
                    title={"en": "Tomorrow"},
                    market="gb",
                    starts_at=clock.now() + timedelta(days=1),
                    disclosures=[],
                ),
            )
            await put_on_air(session, floor)
            cue = await shows.pin(
                session,
                moment=streaming.now,
                person=floor.host,
                show_id=floor.show.id,
                product_id=floor.products[0].id,
            )
            colleague = await add_person(session, "colleague")
            await identity.grant(
                session,
                person_id=colleague.id,
                kind=GrantKind.MERCHANT,
                subject_id=merchant_id,
                role=Role.ORDERS,
            )
            helper = await add_person(session, "helper")
            await identity.grant(
                session, person_id=helper.id, kind=GrantKind.SHOW, subject_id=floor.show.id
            )
            others = ids.encode("mer", next(iter(floor.sellers[1].merchant_ids)))
            keys = [await _key(session, person) for person in (floor.host, floor.sellers[1])]
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url=f"{BASE}/api/v1"
        ) as client:
            show = ids.encode("show", floor.show.id)
            packed, fresh, unwanted, back = [await _order(client, show) for _ in range(4)]
            held, spare = [await _checkout(client, show) for _ in range(2)]
            parcel = await client.post(
                f"/orders/{packed}/shipments",
                json={"carrier": "Post"},
                headers={"Authorization": f"Bearer {keys[0]}", "Idempotency-Key": ids.secret()},
            )
            await client.post(
                f"/orders/{back}/shipments",
                json={"carrier": "Post"},
                headers={"Authorization": f"Bearer {keys[0]}", "Idempotency-Key": ids.secret()},
            )
            token_back = orders.page_token(b"s" * 32, ids.parse("ord", back))
            await client.post(f"/orders/{back}/withdrawal", json={"token": token_back})
            span = {"from": "2026-11-23T10:00:00Z", "to": "2026-11-23T10:00:30Z"}
            clip = await client.post(
                f"/shows/{show}/clips",
                json={"title": "Glaze", **span},
                headers={"Authorization": f"Bearer {keys[0]}"},
            )
            network = {"url": "rtmp://restreamer.example/live", "key": "k-1"}
            destination = await client.post(
                f"/shows/{show}/destinations",
                json={"platform": "custom", **network},
                headers={"Authorization": f"Bearer {keys[0]}"},
            )
            host = {"Authorization": f"Bearer {keys[0]}"}
            waits, joins, ends = [
                (await client.post(f"/shows/{show}/remotes", headers=host)).json() for _ in range(3)
            ]
            ticket = {"ticket": joins["url"].partition("#")[2]}
            remote = (await client.post("/remote", json=ticket)).json()["token"]
            said = {"language": "en", "text": "Good morning"}
            caption = await client.post(f"/shows/{show}/captions", json=said, headers=host)
            moderators = f"/shows/{show}/moderators"
            asked = {"email": "sixth@example.com", "language": "en"}
            await client.post(moderators, json=asked, headers=host)
            (waiting_moderator,) = (await client.get(moderators, headers=host)).json()[
                "invitations"
            ]
            imported = await client.post(
                "/imports",
                files={"file": ("export.csv", export([first("bowl", "Bowl")]), "text/csv")},
                data={"currency": "GBP", "merchant": _known(floor)["merchant"][0]},
                headers=host | {"Idempotency-Key": ids.secret()},
            )
            await run_imports(database, folder=app.state.imports, outbound=app.state.outbound)
            webhook = (await client.post("/webhooks", json=HOOK, headers=host)).json()
            sent = await client.post(f"/webhooks/{webhook['id']}/test", headers=host)
            way = await client.post(
                f"/merchants/{ids.encode('mer', merchant_id)}/delivery-options",
                # Free, so that the sums of what was begun before stay true.
                json={**WAY, "steps": FREE},
                headers=host,
            )
            said = {"text": "Is it cotton?", "name": "Anna", "adult": True, "country": "GB"}
            message = (await client.post(f"/shows/{show}/messages", json=said)).json()
            kept_back = await _held(client, show, host, message["token"])
            greeting = {"text": "Welcome"}
            stays = (
                await client.post(f"/shows/{show}/messages", json=greeting, headers=host)
            ).json()
            reason = {"reason": "unkind"}
            await client.post(f"/messages/{message['id']}/report", json=reason)
            question = (await client.post(f"/shows/{show}/questions", json=said)).json()
            listing = {"language": "en", "effect": "hold", "lines": ["rubbish"]}
            path = f"/merchants/{ids.encode('mer', merchant_id)}/chat-words"
            listed = (await client.post(path, json=listing, headers=host)).json()
            planned, agreed, unwanted_drop, ended = await _drops(
                client, database, show, floor, host
            )
            coupons = await _coupons(client, show, floor, host)
            wanted_rate, unwanted_rate = [
                await client.post(
                    "/commissions",
                    json={name: _known(floor)[name][0] for name in ("merchant_id", "creator_id")}
                    | {"rate": 800, "product_id": ids.encode("prod", product.id)},
                    headers=host,
                )
                for product in (floor.products[0], plate)
            ]
            sides = {name: _known(floor)[name][0] for name in ("merchant_id", "creator_id")}
            by_link = (
                await client.post(
                    "/commissions", json={**sides, "rate": 500, "way": "link"}, headers=host
                )
            ).json()["agreements"][0]["id"]
            await client.post(f"/commissions/{by_link}/agree", headers=host)
            await client.post("/codes", json={"code": "LINA10"}, headers=host)
            viewer_tokens = [await _viewer(client, database) for _ in range(2)]
            other = await _viewer(client, database)
            kept = (
                await client.post("/viewer/addresses", json=HOME, headers={"X-Viewer-Token": other})
            ).json()
            reminded = ids.encode("show", coming.id)
            headers = {"X-Viewer-Token": other}
            in_line = [
                await _wait(client, show, token, kettle.variants[0].sku)
                for token in (
                    other,
                    await _viewer(client, database, "behind@example.com"),
                    await _viewer(client, database, "last@example.com"),
                )
            ]
            mailed = wait_token(b"s" * 32, ids.parse("wait", in_line[1]["id"]))
            unwanted_place = leave_token(b"s" * 32, ids.parse("wait", in_line[2]["id"]))
            async with database.session() as session:
                await stock.set_on_hand(
                    session,
                    person=floor.sellers[0],
                    variant_id=kettle.variants[0].id,
                    on_hand=2,
                )
            await drops.offer_freed(database)
            await client.put(f"/viewer/reminders/{reminded}", headers=headers)
            leaving = {"X-Viewer-Token": await _viewer(client, database, "leaving@example.com")}
            erasure = (await client.post("/viewer/erasure", headers=leaving)).json()
            waiting = await _letter(client, database, "waiting@example.com")
            team = ids.encode("mer", merchant_id)
            asked = {"role": "orders", "language": "en"}
            invited, opened, entered, welcome = [
                (
                    await client.post(
                        f"/teams/{at}/invitations", json={"email": email, **asked}, headers=by
                    )
                ).json()["id"]
                for at, email, by in (
                    (team, "first@example.com", host),
                    (team, "second@example.com", host),
                    (team, "third@example.com", host),
                    (others, floor.host.email, {"Authorization": f"Bearer {keys[1]}"}),
                )
            ]
            opening, entering, welcoming = [
                [identity.token_of("s" * 32, ids.parse("inv", each))]
                for each in (opened, entered, welcome)
            ]
            known = _known(floor) | {
                "agreement_id": [wanted_rate.json()["agreements"][0]["id"]],
                "team_id": [team],
                "invitation_id": [invited],
                "person_id": [ids.encode("per", colleague.id)],
                "role": ["orders"],
                "import_id": [imported.json()["id"]],
                "webhook_id": [webhook["id"]],
                "events": [HOOK["events"]],
                "deliveries": [[sent.json()["delivery_id"]]],
                "option_id": [way.json()["id"]],
                "language": ["en"],
                "id": [caption.json()["id"]],
                "remote_id": [ends["remote"]["id"]],
                "ticket": [waits["url"].partition("#")[2]],
                "show_id": [show],
                "destination_id": [destination.json()["id"]],
                "platform": ["custom"],
                **{name: [value] for name, value in network.items()},
                "clip_id": [clip.json()["id"]],
                **{name: [moment] for name, moment in span.items()},
                "message_id": [message["id"]],
                "question_id": [question["id"]],
                "word_id": [listed["items"][0]["id"]],
                "effect": ["hold"],
                "address_id": [kept["id"]],
                "reply_to": [message["id"]],
                "cue_id": [ids.encode("cue", cue.id)],
                "hold_id": [held["hold_id"], spare["hold_id"]],
                "checkout_id": [held["id"]],
                "order_id": [packed],
                "shipment_id": [parcel.json()["shipments"][0]["id"]],
            }
            tray = await client.post("/products", json=TRAY, headers=host)
            quiet = await _quiet(client, floor, keys[1])
            yield Everything(
                client,
                known,
                {
                    "ApiKey": keys,
                    "HoldToken": [held["token"], spare["token"]],
                    "RemoteToken": [remote],
                    "ChatToken": [message["token"]],
                    "ViewerToken": viewer_tokens,
                },
                {
                    "enter": {"link": [waiting], "as_token": [True]},
                    "end_viewer_session": {"session_id": [await _session(client, other)]},
                    # Not every hold is of a drop.
                    **{name: {"drop_id": [None]} for name in ("hold_goods", "change_hold")},
                    "plan_drop": {"units": [4], "per_person": [1], "price": [2000]},
                    "agree_drop": {"drop_id": [planned]},
                    "withdraw_drop": {"drop_id": [unwanted_drop]},
                    "open_drop": {"drop_id": [agreed]},
                    "cancel_drop": {"drop_id": [unwanted_drop]},
                    "get_drop_log": {"drop_id": [ended]},
                    "plan_coupon": {**COUPON, "product_ids": [[]], "keep_s": [None]},
                    "agree_coupon": {"coupon_id": [coupons[0]]},
                    "withdraw_coupon": {"coupon_id": [coupons[0]]},
                    "open_coupon": {"coupon_id": [coupons[1]]},
                    "close_coupon": {"coupon_id": [coupons[2]]},
                    "claim_coupon": {"coupon_id": [coupons[1]]},
                    # Not every purchase is with a coupon.
                    "open_checkout": {"coupons": [[]]},
                    "quote_hold": {"coupon": [[]]},
                    "go_live": {"show_id": [ids.encode("show", draft.id)]},
                    "refuse_message": {"message_id": [kept_back]},
                    "report_message": {"message_id": [stays["id"]], "reason": ["spam"]},
                    # Nobody doubts the team; whom this limits writes no more.
                    "suspect_writer": {"message_id": [stays["id"]]},
                    "send_message": {"name": ["Bea"], "text": ["And in wool?"]},
                    "ship_order": {"order_id": [fresh]},
                    "cancel_order": {"order_id": [unwanted]},
                    "refund_order": {"amount": [None]},
                    "receive_return": {
                        "order_id": [back],
                        "quantity": [1],
                        "damaged": [0],
                        "restock": [0],
                        "value_lost": [None],
                    },
                    "prove_return": {"order_id": [back], "token": [token_back]},
                    "propose_commission": {"product_id": [None], "rate": [800]},
                    "decline_commission": {
                        "agreement_id": [unwanted_rate.json()["agreements"][0]["id"]]
                    },
                    "stop_commission": {"agreement_id": [by_link]},
                    "add_code": {"code": ["LINA20"]},
                    "end_code": {"code": ["LINA10"]},
                    "compute_batch": {"currency": ["GBP"]},
                    "export_batch": {"format": ["csv"], "payees": [[]]},
                    "fail_payout": LOST,
                    "return_payout": LOST,
                    "hold_payouts": {"currency": ["GBP"], "amount": [None], "days": [14], **LOST},
                    "invite_member": {"email": ["fourth@example.com"]},
                    "invite_moderator": {"email": ["seventh@example.com"]},
                    "remove_moderator": {"person_id": [ids.encode("per", helper.id)]},
                    "withdraw_moderator": {"invitation_id": [waiting_moderator["id"]]},
                    "mute_writer": {"account": [False]},
                    "add_chat_words": {"lines": [["nonsense", ""]]},
                    "open_invitation": {"token": opening},
                    "accept_invitation": {"token": welcoming},
                    "join_team": {"token": entering},
                    "set_terms": {"en": [SAID], "ar": [SAID], "kind": ["terms"]},
                    "set_withdrawal_exception": {"exception": ["perishable"]},
                    "get_erasure": {"token": [erasure["token"]]},
                    "ask_for_reminder": {"show_id": [reminded]},
                    "stop_reminders": {"token": [await _token_of_reminder(database)]},
                    "arrange_products": {
                        "product_ids": [
                            [ids.encode("prod", each.id) for each in (*floor.products, kettle)]
                        ]
                    },
                    "join_waiting_list": {"sku": [kettle.variants[0].sku]},
                    "leave_waiting_list": {"wait_id": [in_line[0]["id"]]},
                    "open_wait": {"token": [mailed]},
                    "hold_waited": {"wait_id": [in_line[0]["id"]]},
                    "hold_opened_wait": {"token": [mailed]},
                    "leave_opened_wait": {"token": [mailed]},
                    "leave_by_mail": {"token": [unwanted_place]},
                    "get_waiting_log": {"list_id": [in_line[0]["log_url"].split("/")[-2]]},
                    "ask_about_own_data": {"kind": ["object"], "text": ["All of it."]},
                    "claim_order": {
                        "token": [orders.page_token(b"s" * 32, ids.parse("ord", fresh))]
                    },
                    "withdraw_order": {
                        "order_id": [unwanted],
                        "token": [orders.page_token(b"s" * 32, ids.parse("ord", unwanted))],
                        "lines": [None],
                        "after": [0],
                    },
                    # Webhooks and imports speak another protocol.
                    "add_import": {"url": ["https://shop.example/feed.csv"], "currency": ["GBP"]},
                    "add_webhook": {"url": [HOOK["url"]]},
                    **_typed(tray.json()["id"]),
                    # What nobody buys keeps the version that a count has to name.
                    **dict.fromkeys(("keep_stock", "report_count"), quiet),
                    "arrange_pictures": {"urls": [[]]},
                    "change_webhook": {"url": [HOOK["url"]]},
                },
            )
    finally:
        await database.close()


def _known(floor: Floor) -> dict[str, list[Any]]:
    merchant = ids.encode("mer", next(iter(floor.sellers[0].merchant_ids)))
    return {
        "product_id": [ids.encode("prod", product.id) for product in floor.products],
        "product_ids": [[ids.encode("prod", product.id) for product in floor.products]],
        "merchant_id": [merchant],
        "creator_id": [ids.encode("cre", floor.host.creator_id or ids.new())],
        "merchant": [merchant],
        "account": [merchant],
        "period": ["2026-11"],
        "sku": [floor.products[0].variants[0].sku],
        "market": ["gb"],
        "origin": ["https://brand.example"],
        "email": [floor.host.email],
        "password": ["correct horse"],
        "adult": [True],
        "born": [{"day": 7, "month": 3, "year": 1986}],
        "door": ["guest_checkout", "studio_sign_in"],
        "country": ["GB"],
        "admission": [Gate("s" * 32).token(identity.admit(CollectionPoint.API, adult=True), "GB")],
        "currency": ["GBP"],
        "delivery": [[]],
        "countries": [["GB"]],
        "steps": [FREE],
        "days_from": [2],
        "days_to": [3],
        "quantity": [1],
        "amount": [2500],
        "address": [HOME],
        "payment_method": [CARD],
    }


COUPON: dict[str, list[Any]] = {
    "kind": ["amount"],
    "value": [100],
    "quota": [4],
    "per_person": [1],
    "valid_s": [3600],
    "valid_until": [None],
}


async def _coupons(
    client: httpx2.AsyncClient, show: str, floor: Floor, host: dict[str, str]
) -> list[str]:
    """Three that are planned and agreed to."""
    terms = {name: given[0] for name, given in COUPON.items()} | {
        "merchant_id": ids.encode("mer", floor.products[0].merchant_id),
        "name": {"en": "Slow morning", "ar": "صباح هادئ"},
    }
    return [
        (await client.post(f"/shows/{show}/coupons", json=terms, headers=host)).json()["id"]
        for _ in range(3)
    ]


async def _drops(
    client: httpx2.AsyncClient,
    database: Database,
    show: str,
    floor: Floor,
    host: dict[str, str],
) -> list[str]:
    """Three that are planned and one that has ended."""
    product = floor.products[0]
    terms = {
        "product_id": ids.encode("prod", product.id),
        "sku": product.variants[0].sku,
        "units": 2,
        "price": 2500,
        "opens_in_s": 10,
        "runs_s": 60,
    }
    found = [
        (await client.post(f"/shows/{show}/drops", json=terms, headers=host)).json()["id"]
        for _ in range(4)
    ]
    for step in ("open", "cancel"):
        await client.post(f"/drops/{found[-1]}/{step}", headers=host)
    await drops.end_drops(database)
    return found


def _typed(tray: str) -> dict[str, dict[str, list[Any]]]:
    """A product, a variant and pieces as somebody types them."""
    words = {"en": "Bowl", "ar": "وعاء"}
    typed = {"sku": "BOWL-1", "options": {}, "prices": [{"amount": 900, "currency": "GBP"}]}
    texts = {name: [words] for name in ("name", "summary", "description")}
    return {
        "create_product": {**texts, "axes": [{}], "variants": [[typed]]},
        "change_product": texts,
        "add_variant": {
            "product_id": [tray],
            "sku": ["TRAY-2"],
            "options": [{"size": {"en": "Large", "ar": "كبير"}}],
            "prices": [typed["prices"]],
        },
        "change_stock": {"reason": ["arrived"], "pieces": [1], "version": [None]},
    }


async def _quiet(client: httpx2.AsyncClient, floor: Floor, key: str) -> dict[str, list[Any]]:
    """A SKU of the other seller, with its version."""
    sku = floor.products[1].variants[0].sku
    merchant = ids.encode("mer", next(iter(floor.sellers[1].merchant_ids)))
    headers = {"Authorization": f"Bearer {key}"}
    found = await client.get(f"/stock/{sku}", headers=headers)
    return {"sku": [sku], "merchant": [merchant], "version": [found.json()["version"]]}


async def _letter(
    client: httpx2.AsyncClient, database: Database, email: str = "sofia@example.com"
) -> str:
    """The link of a mail to a viewer."""
    who = {"email": email, "adult": True}
    asked = await client.post("/viewer/sign-ins", json=who)
    async with database.session() as session:
        found = await viewers.find_letter(
            session, secret="s" * 32, sign_in_id=ids.parse("sin", asked.json()["id"])
        )
    assert found is not None
    return found.link


async def _viewer(
    client: httpx2.AsyncClient, database: Database, email: str = "sofia@example.com"
) -> str:
    """The token of a viewer who is signed in."""
    way = {"link": await _letter(client, database, email), "as_token": True}
    return str((await client.post("/viewer/session", json=way)).json()["token"])


async def _held(client: httpx2.AsyncClient, show: str, host: dict[str, str], token: str) -> str:
    """A message that waits for a moderator; later ones do not."""
    chat = f"/shows/{show}/chat"
    await client.patch(chat, json={"review": "all"}, headers=host)
    who = {"Authorization": f"Bearer {token}"}
    sent = await client.post(f"/shows/{show}/messages", json={"text": "And mine?"}, headers=who)
    await client.patch(chat, json={"review": "nothing"}, headers=host)
    return str(sent.json()["id"])


async def _wait(client: httpx2.AsyncClient, show: str, token: str, sku: str) -> dict[str, Any]:
    """A place in line."""
    headers = {"X-Viewer-Token": token}
    answer = await client.post(f"/shows/{show}/waits", json={"sku": sku}, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _token_of_reminder(database: Database) -> str:
    async with database.session() as session:
        found = await session.execute(text("select id from viewer_reminder"))
    return viewer_rules.reminder_token("s" * 32, found.scalar_one())


async def _session(client: httpx2.AsyncClient, token: str) -> str:
    listed = await client.get("/viewer/sessions", headers={"X-Viewer-Token": token})
    return next(each["id"] for each in listed.json()["sessions"] if each["current"])


async def _key(session: Session, person: Person) -> str:
    return await identity.add_api_key(
        session,
        admission=identity.admit(CollectionPoint.API, adult=True),
        person_id=person.id,
        label="test",
    )


async def _checkout(client: httpx2.AsyncClient, show: str) -> dict[str, Any]:
    """A guest up to the details, with the token of the hold."""
    wish = {"lines": [{"sku": "MUG-1", "quantity": 1}]}
    hold = (
        await client.post(
            f"/shows/{show}/holds", json=wish, headers={"Idempotency-Key": ids.secret()}
        )
    ).json()
    who = {"hold_id": hold["id"], "adult": True, "email": "anna@example.com", "address": HOME}
    return {
        **(await client.post("/checkouts", json=who, headers=_guest(hold["token"]))).json(),
        "token": hold["token"],
    }


async def _order(client: httpx2.AsyncClient, show: str) -> str:
    """One that is paid; its id."""
    paid = await _pay(client, await _checkout(client, show))
    return str(paid.json()["orders"][0]["id"])


async def _pay(client: httpx2.AsyncClient, checkout: dict[str, Any]) -> httpx2.Response:
    wish = {"payment_method": CARD, "expected_total": checkout["total"]}
    return await client.post(
        f"/checkouts/{checkout['id']}/pay", json=wish, headers=_guest(checkout["token"])
    )


def _guest(token: str) -> dict[str, str]:
    return {"Idempotency-Key": ids.secret(), "Authorization": f"Bearer {token}"}
