"""People, sellers and goods for tests, made through the same services as in life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from showfloor.catalog import service as catalog
from showfloor.catalog.types import NewProduct, NewVariant, Product
from showfloor.identity import service as identity
from showfloor.identity.types import CollectionPoint, GrantKind, Person
from showfloor.kit import clock, ids
from showfloor.kit.contract import CarriedCue, Health, SoundMeasure
from showfloor.kit.db import Session
from showfloor.media.types import IngestReport, IngestState, MediaMoment
from showfloor.merchants import service as merchants
from showfloor.shows import service as shows
from showfloor.shows.errors import SignalMissing
from showfloor.shows.schemas import NewShow, ShowChange
from showfloor.shows.types import Cue, Show
from showfloor.stock import service as stock
from tests.waiting import bounded


class FakeStreaming:
    """The media server behind its adapter: has a clock of its own that tests move, and keeps what
    it was sent.
    """

    def __init__(self) -> None:
        self.media_time = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
        self.publishing = True
        self.states: list[str] = []
        self.put: list[list[CarriedCue]] = []
        self.measured: SoundMeasure | None = None

    def advance(self, seconds: float) -> None:
        self.media_time += timedelta(seconds=seconds)

    @property
    def now(self) -> MediaMoment:
        return MediaMoment(self.media_time if self.publishing else None)

    async def moment(self, show_id: UUID) -> MediaMoment:
        return self.now

    async def sound(self, show_id: UUID) -> SoundMeasure | None:
        return self.measured

    async def put_cues(self, show_id: UUID, cues: Sequence[CarriedCue]) -> None:
        self.put.append(list(cues))

    async def set_state(self, show_id: UUID, state: str) -> None:
        self.states.append(state)


@dataclass(frozen=True)
class Floor:
    """A host, two sellers with one product each, and a show of both."""

    host: Person
    sellers: tuple[Person, Person]
    products: tuple[Product, Product]
    show: Show


async def add_person(session: Session, name: str, *grants: tuple[GrantKind, UUID]) -> Person:
    admission = identity.admit(CollectionPoint.ACCOUNT, adult=True)
    email = f"{name}-{ids.secret(4)}@example.com".lower()
    person_id = await identity.add_person(
        session, admission=admission, email=email, name=name, password="correct horse"
    )
    for kind, subject in grants:
        await identity.grant(session, person_id=person_id, kind=kind, subject_id=subject)
    person = await identity.get_person(session, person_id)
    assert person is not None
    return person


async def add_host(session: Session) -> Person:
    creator = await merchants.add_creator(
        session, name={"en": "Lina", "ar": "لينا"}, avatar_url="/uploads/lina.webp"
    )
    return await add_person(session, "lina", (GrantKind.CREATOR, creator.id))


async def add_seller(session: Session, slug: str, host: Person | None = None) -> Person:
    name = {"en": slug.title(), "ar": "متجر"}
    merchant = await merchants.add_merchant(
        session, slug=slug, name=name, about=name, avatar_url="/uploads/m.webp", order_prefix="AB"
    )
    seller = await add_person(session, slug, (GrantKind.MERCHANT, merchant.id))
    if host is not None and host.creator_id is not None:
        await merchants.allow_creator(
            session, person=seller, merchant_id=merchant.id, creator_id=host.creator_id
        )
    return seller


async def add_product(
    session: Session,
    seller: Person,
    slug: str,
    *,
    skus: tuple[str, ...] = (),
    on_hand: int = 10,
    amount: int = 2500,
) -> Product:
    text = {"en": slug.title(), "ar": "منتج"}
    new = NewProduct(
        merchant_id=next(iter(seller.merchant_ids)),
        slug=slug,
        name=text,
        summary=text,
        description=text,
        variants=tuple(
            NewVariant(sku, {}, {"GBP": amount}) for sku in skus or (f"{slug.upper()}-1",)
        ),
    )
    product = await catalog.add_product(session, person=seller, product=new)
    for variant in product.variants:
        await stock.set_on_hand(session, person=seller, variant_id=variant.id, on_hand=on_hand)
    return product


async def add_floor(session: Session) -> Floor:
    host = await add_host(session)
    first, second = (
        await add_seller(session, "loam", host),
        await add_seller(session, "zafra", host),
    )
    mug, scarf = (
        await add_product(session, first, "mug"),
        await add_product(session, second, "scarf"),
    )
    show = await shows.create_show(
        session,
        person=host,
        new=NewShow(title={"en": "Slow morning", "ar": "صباح هادئ"}, market="gb"),
    )
    await shows.add_product(session, person=host, show_id=show.id, product_id=mug.id)
    show = await shows.add_product(session, person=host, show_id=show.id, product_id=scarf.id)
    return Floor(host, (first, second), (mug, scarf), show)


async def add_key(session: Session, person: Person) -> dict[str, str]:
    """The header of somebody who calls the API."""
    admission = identity.admit(CollectionPoint.API, adult=True)
    key = await identity.add_api_key(
        session, admission=admission, person_id=person.id, label="test"
    )
    return {"Authorization": f"Bearer {key}"}


def report(show: Show, state: IngestState) -> IngestReport:
    return IngestReport(show.id, "ing_1", state, clock.now(), Health(None, None, []))


async def put_on_air(session: Session, floor: Floor) -> Show:
    await shows.note_ingest(
        session, report=report(floor.show, IngestState.PUBLISHING), secret="s" * 32
    )
    await answer_disclosures(session, floor)
    async with bounded():
        while True:
            try:
                return await shows.go_live(session, person=floor.host, show_id=floor.show.id)
            except SignalMissing:
                # The machine stood still for so long that the report is old. `streaming` goes on.
                await shows.note_ingest(
                    session, report=report(floor.show, IngestState.PUBLISHING), secret="s" * 32
                )


async def answer_disclosures(session: Session, floor: Floor) -> None:
    """There is nothing to tell; what the host said before stays."""
    if (await shows.get_show(session, floor.show.id)).disclosures is None:
        nothing = ShowChange(disclosures=[])
        await shows.change_show(session, person=floor.host, show_id=floor.show.id, change=nothing)


async def add_floor_on_air(session: Session) -> Floor:
    floor = await add_floor(session)
    await put_on_air(session, floor)
    return floor


async def pin(session: Session, floor: Floor, streaming: FakeStreaming, place: int = 0) -> Cue:
    """The host pins the product at this place of the shelf, now by the camera's clock."""
    return await shows.pin(
        session,
        moment=streaming.now,
        person=floor.host,
        show_id=floor.show.id,
        product_id=floor.products[place].id,
    )
