"""The file that knows every module: its routes, subscribers and erasers. What is done
periodically stands in `periodic.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from threading import Lock

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from showfloor.app.settings import Settings
from showfloor.catalog import http as catalog_http
from showfloor.catalog.adapters.pictures import PictureFolder as OwnPictures
from showfloor.catalog.events import PriceChanged, ProductChanged
from showfloor.catalog.http import editing as editing_http
from showfloor.checkout import eraser as checkout_eraser
from showfloor.checkout import http as checkout_http
from showfloor.checkout import openapi as checkout_openapi
from showfloor.checkout import reader as checkout_reader
from showfloor.checkout.adapters.provider import FormData, PaymentProvider
from showfloor.checkout.adapters.test_provider import MODES as TEST_MODES
from showfloor.checkout.adapters.test_provider import TestProvider
from showfloor.checkout.deps import CheckoutDeps
from showfloor.checkout.http import refunds as refunds_http
from showfloor.checkout.http import waited as waited_http
from showfloor.delivery import http as delivery_http
from showfloor.embed import http as embed_http
from showfloor.feeds import http as feeds_http
from showfloor.feeds.adapters.folder import ImportFolder
from showfloor.identity import eraser as identity_eraser
from showfloor.identity import http as identity_http
from showfloor.identity import service as identity
from showfloor.identity.deps import HttpGate
from showfloor.identity.events import LeftCreator, MemberInvited
from showfloor.identity.http import safety as safety_http
from showfloor.kit.db import Database
from showfloor.kit.errors import where_raised
from showfloor.kit.notify import Waker
from showfloor.kit.objects import Objects, ObjectsUnavailable
from showfloor.kit.openapi import Document, describe_problem
from showfloor.kit.outbound import Outbound
from showfloor.kit.outbox import Dispatcher
from showfloor.kit.pace import Pace
from showfloor.kit.recent import Recent
from showfloor.ledger import http as ledger_http
from showfloor.ledger.events import PayoutSent
from showfloor.ledger.http import commissions as commissions_http
from showfloor.ledger.http import payouts as payouts_http
from showfloor.ledger.subscribers import Bookkeeper
from showfloor.ledger.types import NO_FEES, Fees
from showfloor.merchants import http as merchants_http
from showfloor.merchants.http import teams as teams_http
from showfloor.notices import http as notices_http
from showfloor.notices import subscribers as notices_subscribers
from showfloor.offers import eraser as offers_eraser
from showfloor.offers import http as offers_http
from showfloor.offers import reader as offers_reader
from showfloor.offers import subscribers as offers_subscribers
from showfloor.offers.events import PieceOffered
from showfloor.offers.http import coupons as coupons_http
from showfloor.offers.http import waiting as waiting_http
from showfloor.orders import concern as orders_concern
from showfloor.orders import eraser as orders_eraser
from showfloor.orders import http as orders_http
from showfloor.orders import reader as orders_reader
from showfloor.orders.events import (
    OrderCancelled,
    OrderDelivered,
    OrderPlaced,
    OrderRefunded,
    OrderRefundFailed,
    OrderReturned,
    OrderShipped,
    OrderWithdrawn,
)
from showfloor.orders.http import own as own_orders_http
from showfloor.privacy import eraser as privacy_eraser
from showfloor.privacy.events import AccountLimited
from showfloor.privacy.service import (
    register_concern,
    register_eraser,
    register_reader,
    register_sayings,
)
from showfloor.realtime.hints import Hints
from showfloor.replays import http as replays_http
from showfloor.replays import openapi as replays_openapi
from showfloor.replays import subscribers as replays_subscribers
from showfloor.replays.adapters.disk import FOLDER as REPLAYS_FOLDER
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.replays.adapters.objects import ObjectStorage
from showfloor.replays.events import ReplayCut
from showfloor.room import concern as room_concern
from showfloor.room import eraser as room_eraser
from showfloor.room import http as room_http
from showfloor.room import openapi as room_openapi
from showfloor.room import reader as room_reader
from showfloor.room import subscribers as room_subscribers
from showfloor.room.deps import RoomDeps
from showfloor.room.http import hearts as hearts_http
from showfloor.room.http import moderators as moderators_http
from showfloor.room.http import questions as questions_http
from showfloor.room.http import reports as reports_http
from showfloor.room.http import review as review_http
from showfloor.room.http import words as words_http
from showfloor.shows import http as shows_http
from showfloor.shows import internal as shows_internal
from showfloor.shows import service as shows
from showfloor.shows import subscribers as shows_subscribers
from showfloor.shows.adapters.covers import CoverFolder
from showfloor.shows.events import ShowEnded, ShowWentLive
from showfloor.shows.http import captions as captions_http
from showfloor.shows.http import cues as cues_http
from showfloor.shows.http import destinations as destinations_http
from showfloor.shows.http import rehearsals as rehearsals_http
from showfloor.shows.http import remotes as remotes_http
from showfloor.stock import http as stock_http
from showfloor.stock.events import StockChanged
from showfloor.stock.http import catalog as stock_catalog_http
from showfloor.stock.http import own_shop as own_shop_http
from showfloor.viewers import concern as viewers_concern
from showfloor.viewers import eraser as viewers_eraser
from showfloor.viewers import http as viewers_http
from showfloor.viewers import reader as viewers_reader
from showfloor.viewers.events import SignInAsked
from showfloor.viewers.http import addresses as addresses_http
from showfloor.viewers.http import following as following_http
from showfloor.viewers.http import limits as limits_http
from showfloor.viewers.http import own_data as own_data_http
from showfloor.web import http as web_http
from showfloor.web.files import BuiltFiles, ReplayFiles, UploadedFiles
from showfloor.web.http import order as order_page_http
from showfloor.web.security import join_sources
from showfloor.web.templating import STATIC
from showfloor.webhooks import http as webhooks_http
from showfloor.webhooks import subscribers as webhooks_subscribers

log = logging.getLogger("showfloor.app")


def connect_web(app: FastAPI, settings: Settings) -> None:
    for router in (*(routes.router for routes in EDGES), identity_http.account, teams_http.entry):
        _add_routes(app, router)
    app.add_api_route("/api/v1/openapi.json", openapi_file, include_in_schema=False)
    app.state.gate = HttpGate(
        identity.Gate(settings.secret), secure=settings.secure, local=settings.local
    )
    app.state.checkout = CheckoutDeps(
        app.state.database,
        secret=settings.secret,
        hold_seconds=settings.hold_seconds,
        providers=payment_providers(settings),
    )
    providers = app.state.checkout.providers
    app.state.provider_sources = join_sources(
        (provider.sources for provider in providers.values()), local=settings.mode == "test"
    )
    app.state.payment_forms = payment_forms(providers)
    app.state.room = RoomDeps(secret=settings.secret)
    app.state.name_of_team = shows.name_of_team
    app.state.sign_in_mails = Pace()
    app.state.waits = Pace()
    app.state.fees = fees(settings)
    app.state.imports = ImportFolder(settings.data)
    app.state.outbound = outbound(settings)
    app.state.pictures = OwnPictures(settings.data / "uploads")
    app.state.covers = CoverFolder(settings.data / "uploads")
    app.state.pages = Recent(seconds=1.0, most=1000)
    app.state.frames = Recent(seconds=1.0, most=1000)
    app.state.rewinds = Recent(seconds=1.0, most=100)
    app.mount("/static", BuiltFiles(directory=STATIC), name="static")
    app.mount(
        "/uploads",
        UploadedFiles(directory=settings.data / "uploads", check_dir=False),
        name="uploads",
    )
    storage = recordings(settings)
    away = storage.find_away if isinstance(storage, ObjectStorage) else None
    files = ReplayFiles(directory=settings.data / REPLAYS_FOLDER, away=away)
    app.mount("/replays", files, name="replays")
    app.state.replay_storage = storage
    app.state.storage_origins = storage_origins(settings)
    connect_erasers()


def _add_routes(app: FastAPI, router: APIRouter) -> None:
    """The routes themselves, under their own paths. `include_router` would build each of them again
    at the first request that reaches it, for settings of an inclusion that we do not use.
    """
    for route in router.routes:
        if isinstance(route, APIRoute):
            # Names of calls in the OpenAPI document, as FastAPI's "Path Operation Advanced
            # Configuration" describes.
            route.operation_id = route.name
    app.router.routes.extend(router.routes)


# Routes are tried in this order: what a thousand people ask for at once comes first.
EDGES = (
    checkout_http,
    identity_http,
    safety_http,
    viewers_http,
    limits_http,
    own_data_http,
    addresses_http,
    following_http,
    merchants_http,
    teams_http,
    delivery_http,
    catalog_http,
    editing_http,
    stock_http,
    stock_catalog_http,
    own_shop_http,
    feeds_http,
    shows_http,
    cues_http,
    destinations_http,
    rehearsals_http,
    remotes_http,
    captions_http,
    offers_http,
    coupons_http,
    waiting_http,
    waited_http,
    replays_http,
    room_http,
    hearts_http,
    questions_http,
    moderators_http,
    reports_http,
    review_http,
    words_http,
    orders_http,
    own_orders_http,
    refunds_http,
    notices_http,
    webhooks_http,
    ledger_http,
    commissions_http,
    payouts_http,
    shows_internal,
    web_http,
    order_page_http,
    embed_http,
)


def openapi(app: FastAPI) -> Document:
    """The API as a caller sees it, with the routes that FastAPI does not serve.

    The front end's types come from it (scripts/contract).
    """
    described = [
        route
        for module in (checkout_openapi, replays_openapi, room_openapi)
        for route in module.described.routes
    ]
    document = get_openapi(title=app.title, version=app.version, routes=[*app.routes, *described])
    document["paths"][room_openapi.PATH]["servers"] = [{"url": app.state.urls.rooms}]
    describe_problem(document)
    return document


_describing = Lock()


def openapi_file(request: Request) -> JSONResponse:
    """In a thread of its own and by one caller at a time: describing 300 routes takes a second of a
    core, in which this process would serve nobody.
    """
    state = request.app.state
    with _describing:
        if not hasattr(state, "openapi"):
            state.openapi = openapi(request.app)
    return JSONResponse(state.openapi)


def payment_providers(settings: Settings) -> dict[str, PaymentProvider]:
    """By the name that `payment_method.type` uses; the test provider exists in demo and test mode
    only.
    """
    providers: dict[str, PaymentProvider] = {}
    if (keys := settings.stripe_keys) is not None:
        from showfloor.checkout.adapters import stripe  # noqa: PLC0415 - its library takes 0.5 s to load, and not everybody sells by it

        providers["stripe"] = stripe.StripeProvider(
            keys,
            api=settings.stripe_api or stripe.API,
            script=settings.stripe_script or stripe.SCRIPT,
        )
    if settings.mode not in TEST_MODES:
        return providers
    callback_url = f"{settings.internal_web}/api/v1/payments/test/callback"
    test_provider = TestProvider(
        mode=settings.mode,
        folder=settings.test_payments,
        secret=settings.secret,
        callback_url=callback_url,
    )
    return providers | {test_provider.name: test_provider}


def payment_forms(providers: Mapping[str, PaymentProvider]) -> dict[str, FormData]:
    """What the pages offer to pay with: play money only where there is nothing real."""
    real = {name: provider.form for name, provider in providers.items() if name != "test"}
    return real or {name: provider.form for name, provider in providers.items()}


def connect_worker(dispatcher: Dispatcher, fees: Fees = NO_FEES) -> None:
    dispatcher.subscribe(PriceChanged, shows_subscribers.on_price_changed)
    dispatcher.subscribe(ProductChanged, shows_subscribers.on_product_changed)
    dispatcher.subscribe(LeftCreator, shows_subscribers.on_left_creator)
    dispatcher.subscribe(ShowEnded, replays_subscribers.on_show_ended)
    dispatcher.subscribe(ShowEnded, offers_subscribers.on_show_ended)
    dispatcher.subscribe(ReplayCut, room_subscribers.on_replay_cut)
    dispatcher.subscribe(OrderPlaced, notices_subscribers.on_order_placed)
    dispatcher.subscribe(OrderWithdrawn, notices_subscribers.on_order_withdrawn)
    dispatcher.subscribe(OrderShipped, notices_subscribers.on_order_shipped)
    dispatcher.subscribe(OrderRefunded, notices_subscribers.on_order_refunded)
    dispatcher.subscribe(OrderCancelled, notices_subscribers.on_order_cancelled)
    dispatcher.subscribe(OrderReturned, notices_subscribers.on_order_returned)
    dispatcher.subscribe(OrderRefundFailed, notices_subscribers.on_refund_failed)
    dispatcher.subscribe(MemberInvited, notices_subscribers.on_member_invited)
    books = Bookkeeper(fees)
    dispatcher.subscribe(OrderPlaced, books.on_order_placed)
    dispatcher.subscribe(OrderRefunded, books.on_order_refunded)
    dispatcher.subscribe(OrderRefundFailed, books.on_refund_failed)
    dispatcher.subscribe(OrderCancelled, books.on_order_cancelled)
    dispatcher.subscribe(OrderDelivered, books.on_order_delivered)
    dispatcher.subscribe(OrderWithdrawn, books.on_order_withdrawn)
    dispatcher.subscribe(SignInAsked, notices_subscribers.on_sign_in_asked)
    dispatcher.subscribe(AccountLimited, notices_subscribers.on_account_limited)
    dispatcher.subscribe(PieceOffered, notices_subscribers.on_piece_offered)
    dispatcher.subscribe(OrderPlaced, webhooks_subscribers.on_order_placed)
    dispatcher.subscribe(OrderShipped, webhooks_subscribers.on_order_shipped)
    dispatcher.subscribe(OrderRefunded, webhooks_subscribers.on_order_refunded)
    dispatcher.subscribe(OrderCancelled, webhooks_subscribers.on_order_cancelled)
    dispatcher.subscribe(OrderReturned, webhooks_subscribers.on_order_returned)
    dispatcher.subscribe(ShowWentLive, notices_subscribers.on_show_went_live)
    dispatcher.subscribe(ShowWentLive, webhooks_subscribers.on_show_went_live)
    dispatcher.subscribe(ShowEnded, webhooks_subscribers.on_show_ended)
    dispatcher.subscribe(StockChanged, webhooks_subscribers.on_stock_changed)
    dispatcher.subscribe(PayoutSent, webhooks_subscribers.on_payout_sent)
    connect_erasers()


def outbound(settings: Settings) -> Outbound:
    """Where merchants' systems are; on this machine, too, in demo and test."""
    return Outbound(local=settings.mode in TEST_MODES)


def fees(settings: Settings) -> Fees:
    """What is taken of a sale that is booked from now on."""
    return Fees(
        platform_rate=round(settings.platform_fee * 100),
        provider_rate=round(settings.provider_fee * 100),
        provider_fixed=settings.provider_fee_fixed,
    )


def connect_erasers() -> None:
    # Before `identity` forgets the address by which the others find a person.
    for eraser in (
        room_eraser.ERASER,
        offers_eraser.ERASER,
        identity_eraser.ERASER,
        orders_eraser.ERASER,
        checkout_eraser.ERASER,
        viewers_eraser.ERASER,
        privacy_eraser.ERASER,
    ):
        register_eraser(eraser)
    for concern in (viewers_concern.CONCERN, room_concern.CONCERN, orders_concern.CONCERN):
        register_concern(concern)
    register_sayings(room_concern.SAYINGS)
    for reader in (
        viewers_reader.ACCOUNT,
        viewers_reader.SESSIONS,
        viewers_reader.ADDRESSES,
        viewers_reader.REMINDERS,
        offers_reader.READER,
        orders_reader.READER,
        checkout_reader.READER,
        room_reader.READER,
        room_reader.STANDING,
        room_reader.QUESTIONS,
    ):
        register_reader(reader)


def objects(settings: Settings) -> Objects | None:
    """Where recordings are copied to; None where nothing but the disk is set."""
    return Objects(settings.storage_url) if settings.storage_url else None


def recordings(settings: Settings) -> DiskStorage:
    store = objects(settings)
    return ObjectStorage(settings.data, store) if store else DiskStorage(settings.data)


def storage_origins(settings: Settings) -> list[str]:
    """Where browsers read recordings besides us, for the policy of pages. None without credentials,
    which `doctor` says.
    """
    try:
        return [store.origin] if (store := objects(settings)) else []
    except ObjectsUnavailable:
        log.error("object storage has no credentials")
        return []


@asynccontextmanager
async def saved_counts(app: FastAPI) -> AsyncIterator[None]:
    """What the gate counts is stored every minute, and when the process ends."""
    gate: HttpGate = app.state.gate
    task = asyncio.create_task(_save_every_minute(gate.gate, app.state.database))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await gate.gate.save_counts(app.state.database)


async def _save_every_minute(gate: identity.Gate, database: Database) -> None:
    while True:
        await asyncio.sleep(60)
        try:
            await gate.save_counts(database)
        except (
            Exception
        ) as error:  # whatever the driver raises: the counts wait for the next minute
            log.warning("counts of the gate are not stored: %s", where_raised(error))


@asynccontextmanager
async def background(settings: Settings) -> AsyncIterator[None]:
    """What runs beside the requests or jobs of every process that writes rooms."""
    tasks = [
        asyncio.create_task(Hints(settings.database_url).run()),
        asyncio.create_task(Waker(settings.database_url).run()),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
