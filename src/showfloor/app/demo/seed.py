"""Fill an empty database with the demo's two brands, their people and three shows."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from showfloor.app.catalog_import import ProductEntry, add_product
from showfloor.app.demo import state as demo_state
from showfloor.app.demo.state import (
    FILES,
    PASSWORD,
    BrandEntry,
    DemoState,
    Goods,
    HostEntry,
    catalog,
    load,
    save,
    show_plan,
)
from showfloor.catalog.types import Product
from showfloor.delivery import service as delivery
from showfloor.delivery.schemas import DeliveryOptionIn
from showfloor.identity import service as identity
from showfloor.identity.types import CollectionPoint, GrantKind, Person
from showfloor.kit import clock, ids
from showfloor.kit.db import Database, Session
from showfloor.media import service as media
from showfloor.merchants import service as merchants
from showfloor.shows import service as shows
from showfloor.shows.schemas import NewShow, TitleIn
from showfloor.shows.types import Show

MARKET = "gb"
INVENTED_ADULTS = True
"""The demo's people exist nowhere, so nobody can declare it for them."""
SCARCE_UNITS = 8
PREFIXES = {"loamwick": "LW", "zafralune": "ZL"}
WIDE = 16 / 9
"""The second show is one for wide screens."""
EVENING: TitleIn = {"en": "Evening light, two brands", "ar": "ضوء المساء، علامتان"}


def seed_now(url: str, data: Path, brand_origin: str) -> DemoState:
    """`seed` on connections and an event loop of its own."""

    async def run() -> DemoState:
        database = Database(url, size=2, pool_size=1)
        try:
            return await seed(database, data, brand_origin)
        finally:
            await database.close()

    return asyncio.run(run())


async def seed(database: Database, data: Path, brand_origin: str) -> DemoState:
    """What the demo needs; found again at the next start. `brand_origin` may frame the shows."""
    _copy_pictures(data / "uploads")
    async with database.session() as session:
        state = load(data)
        merchant = (
            await identity.person_of_api_key(session, state.tokens["merchant"]) if state else None
        )
        if state is None or merchant is None:
            state, merchant = await _fill(session)
        await _allow_brand_site(session, merchant, brand_origin)
        # Before the commit: whoever is killed in between finds a state without its people, and
        # fills an empty database again.
        save(data, state)
    return state


def _copy_pictures(uploads: Path) -> None:
    """All of them or none: a copy that was cut off is thrown away."""
    if uploads.exists():
        return
    draft = uploads.with_name("uploads.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(FILES / "media", draft, ignore=shutil.ignore_patterns("*.mp4"))
    draft.replace(uploads)


async def _fill(session: Session) -> tuple[DemoState, Person]:
    """The state, and the merchant that has a website."""
    goods = catalog()
    host = await _host(session, goods["hosts"][0])
    operator = await _person(session, "operator", "Operator", [(GrantKind.OPERATOR, UUID(int=0))])
    sellers = {brand["id"]: await _merchant(session, brand, host) for brand in goods["brands"]}
    products = {
        entry["id"]: await _product(session, sellers[entry["brand"]], entry)
        for entry in goods["products"]
    }
    plan = show_plan()
    live = await shows.create_show(
        session,
        person=host,
        new=NewShow(title=plan["title"], market=MARKET, disclosures=[]),
        poster_url=_upload(plan["poster"]),
    )
    evening = await shows.create_show(
        session,
        person=host,
        new=NewShow(
            title=EVENING, market=MARKET, starts_at=_in_two_days_at_seven(), disclosures=[]
        ),
        poster_url=_upload(goods["brands"][1]["hero"]),
        picture_ratio=WIDE,
    )
    # Its film is recorded later (`past_show`), when the live show stands.
    past = await shows.create_show(
        session, person=host, new=NewShow(title=plan["past"]["title"], market=MARKET)
    )
    order = [segment["product_id"] for segment in plan["segments"] if "product_id" in segment]
    for product_id in order:
        for show in (live, past):
            await shows.add_product(
                session, person=host, show_id=show.id, product_id=products[product_id].id
            )
    for product_id in reversed(order):
        await shows.add_product(
            session, person=host, show_id=evening.id, product_id=products[product_id].id
        )
    people = {"merchant": sellers["loamwick"], "host": host, "operator": operator}
    keys = {role: await _api_key(session, person) for role, person in people.items()}
    stream_key = await media.issue_stream_key(session, evening.id)
    state = _state((live, evening, past), stream_key, keys, products, goods)
    return state, people["merchant"]


def _state(
    planned: tuple[Show, Show, Show],
    stream_key: str,
    tokens: dict[str, str],
    products: dict[str, Product],
    goods: Goods,
) -> DemoState:
    live, evening, past = planned
    variants = [variant for entry in goods["products"] for variant in entry["variants"]]
    return DemoState(
        show_id=ids.encode("show", live.id),
        slug=live.slug,
        scheduled_show_id=ids.encode("show", evening.id),
        scheduled_slug=evening.slug,
        stream_key=stream_key,
        tokens=tokens,
        product_ids={name: ids.encode("prod", product.id) for name, product in products.items()},
        skus=[variant["sku"] for variant in variants],
        scarce_sku=next(
            variant["sku"] for variant in variants if variant["on_hand"] == SCARCE_UNITS
        ),
        scarce_units=SCARCE_UNITS,
        past_show_id=ids.encode("show", past.id),
        past_slug=past.slug,
    )


async def _person(
    session: Session, login: str, name: str, grants: list[tuple[GrantKind, UUID]]
) -> Person:
    admission = identity.admit(CollectionPoint.ACCOUNT, adult=INVENTED_ADULTS)
    email = f"{login}@demo.showfloor.example"
    person_id = await identity.add_person(
        session, admission=admission, email=email, name=name, password=PASSWORD
    )
    for kind, subject_id in grants:
        await identity.grant(session, person_id=person_id, kind=kind, subject_id=subject_id)
    person = await identity.get_person(session, person_id)
    assert person is not None
    return person


async def _api_key(session: Session, person: Person) -> str:
    admission = await identity.admit_again(session, CollectionPoint.API, person_id=person.id)
    return await identity.add_api_key(
        session, admission=admission, person_id=person.id, label="demo"
    )


async def _host(session: Session, entry: HostEntry) -> Person:
    creator = await merchants.add_creator(
        session, name=entry["name"], avatar_url=_upload(entry["avatar"])
    )
    return await _person(session, "host", entry["name"]["en"], [(GrantKind.CREATOR, creator.id)])


async def _merchant(session: Session, brand: BrandEntry, host: Person) -> Person:
    """The brand, one person who works there, and its leave for the host to sell its products."""
    merchant = await merchants.add_merchant(
        session,
        slug=brand["id"],
        name=brand["name"],
        about=brand["about"],
        avatar_url=_upload(brand["avatar"]),
        order_prefix=PREFIXES[brand["id"]],
    )
    await merchants.set_identity(
        session,
        slug=brand["id"],
        identity={
            "company": f"{brand['name']['en']} Ltd",
            "address": "1 Demonstration Street, London N1 1AA, United Kingdom",
            "email": f"care@{brand['id']}.example",
            "phone": "",
            "registration": "",
            "vat": "GB 000 0000 00",
        },
    )
    person = await _person(
        session, brand["id"], brand["name"]["en"], [(GrantKind.MERCHANT, merchant.id)]
    )
    for option in brand["delivery"]:
        terms = DeliveryOptionIn.model_validate(option).value()
        await delivery.add_option(session, person=person, merchant_id=merchant.id, terms=terms)
    assert host.creator_id is not None
    await merchants.allow_creator(
        session, person=person, merchant_id=merchant.id, creator_id=host.creator_id
    )
    return person


async def _product(session: Session, seller: Person, entry: demo_state.ProductEntry) -> Product:
    whole = ProductEntry.model_validate(entry)
    return await add_product(
        session,
        person=seller,
        merchant_id=next(iter(seller.merchant_ids)),
        entry=whole,
        picture_url=_upload,
    )


def _in_two_days_at_seven() -> datetime:
    return (clock.now() + timedelta(days=2)).replace(hour=19, minute=0, second=0, microsecond=0)


def _upload(file: str) -> str:
    return "/uploads/" + file.removeprefix("media/")


async def _allow_brand_site(session: Session, merchant: Person, origin: str) -> None:
    """Every start, because the port may be another one."""
    await merchants.allow_origin(
        session, person=merchant, merchant_id=next(iter(merchant.merchant_ids)), origin=origin
    )
