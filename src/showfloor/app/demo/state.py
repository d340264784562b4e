"""What the demo remembers between two starts: its secrets, and the ids of what it made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from showfloor.app.private import private_text

if TYPE_CHECKING:
    # Not needed to run: the demo's camera loads no more than it uses.
    from showfloor.catalog.types import Text
    from showfloor.shows.schemas import TitleIn

FILES = Path(__file__).parent / "data"
"""The film, the pictures and the catalog."""

PASSWORD = "showfloor-demo"  # noqa: S105 - the demo's people are invented and their password is printed on the screen


@dataclass(frozen=True, slots=True)
class DemoState:
    """Ids are in public form (`show_…`).

    The keys are those of the demo's own people and worth nothing elsewhere.
    """

    show_id: str
    slug: str
    scheduled_show_id: str
    scheduled_slug: str
    stream_key: str
    tokens: dict[str, str]
    product_ids: dict[str, str]
    skus: list[str]
    scarce_sku: str
    scarce_units: int
    past_show_id: str = ""
    """The one that is over; empty in the folder of an older version."""
    past_slug: str = ""


class HostEntry(TypedDict):
    name: Text
    avatar: str


class BrandEntry(TypedDict):
    """`id` is the seller's short name."""

    id: str
    name: Text
    about: Text
    avatar: str
    hero: str
    delivery: list[dict[str, object]]
    """`delivery.schemas.DeliveryOptionIn`."""


class VariantEntry(TypedDict):
    sku: str
    on_hand: int


class ProductEntry(TypedDict):
    """What the demo itself needs of a product; `app/catalog_import` reads the rest."""

    id: str
    brand: str
    variants: list[VariantEntry]


class Goods(TypedDict):
    """`data/catalog.json`."""

    hosts: list[HostEntry]
    brands: list[BrandEntry]
    products: list[ProductEntry]


Stretch = TypedDict("Stretch", {"from": float, "to": float, "product_id": NotRequired[str]})
"""Of the film, in seconds; the opening shows no product."""


class PlannedClip(TypedDict):
    """Of the show that is over: the clip of this product's pin."""

    product_id: str
    title: TitleIn


class Past(TypedDict):
    """The show that is over."""

    title: TitleIn
    clips: list[PlannedClip]


class Plan(TypedDict):
    """`data/show.json`; `duration` of the film in seconds."""

    title: TitleIn
    duration: float
    poster: str
    segments: list[Stretch]
    past: Past


def _private(path: Path, value: Mapping[str, object]) -> None:
    private_text(path, json.dumps(value, indent=1))


def load(data: Path) -> DemoState | None:
    file = data / "demo-state.json"
    return DemoState(**json.loads(file.read_text())) if file.exists() else None


def save(data: Path, state: DemoState) -> None:
    _private(data / "demo-state.json", asdict(state))


def report(data: Path, state: DemoState, addresses: dict[str, str]) -> None:
    """`demo.json`, for people and programs that want to try the API."""
    _private(data / "demo.json", {**addresses, **asdict(state)})


def move_on(data: Path, state: DemoState) -> None:
    """The host opened another show: whoever reads `demo.json` or the state finds that one."""
    save(data, state)
    file = data / "demo.json"
    if file.exists():
        _private(file, {**json.loads(file.read_text()), **asdict(state)})


def show_plan() -> Plan:
    plan: Plan = json.loads((FILES / "show.json").read_text("utf-8"))
    return plan


def catalog() -> Goods:
    found: Goods = json.loads((FILES / "catalog.json").read_text("utf-8"))
    return found
