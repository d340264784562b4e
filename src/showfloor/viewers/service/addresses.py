"""Addresses that a viewer keeps, so as not to type them again."""

from __future__ import annotations

import json
from dataclasses import asdict
from uuid import UUID

from showfloor.kit import clock, ids, sealing
from showfloor.kit.db import Session
from showfloor.viewers import queries, rules
from showfloor.viewers.errors import AddressNotFound, TooManyAddresses
from showfloor.viewers.types import KeptAddress, Place, Viewer


async def list_addresses(session: Session, viewer: Viewer) -> list[KeptAddress]:
    """The one that was last bought with first."""
    return [
        KeptAddress(row.id, open_place(viewer.key, row.id, row.sealed), row.used_at)
        for row in await queries.addresses(session, viewer.id)
    ]


async def keep_address(session: Session, *, viewer: Viewer, place: Place) -> KeptAddress:
    """Keep one that is bought with; one that is kept already comes first from now on. Raises
    TooManyAddresses.
    """
    await queries.lock_viewer(session, viewer.id)
    kept = await list_addresses(session, viewer)
    known = next((each for each in kept if each.place == place), None)
    if known is None and len(kept) >= rules.MOST_ADDRESSES:
        raise TooManyAddresses
    now = KeptAddress(known.id if known else ids.new(), place, clock.now())
    await queries.set_address(session, viewer.id, now.id, _seal(viewer, now), now.used_at)
    return now


async def change_address(
    session: Session, *, viewer: Viewer, address_id: UUID, place: Place
) -> KeptAddress:
    """Raises AddressNotFound."""
    await queries.lock_viewer(session, viewer.id)
    kept = await list_addresses(session, viewer)
    before = next((each for each in kept if each.id == address_id), None)
    if before is None:
        raise AddressNotFound
    changed = KeptAddress(before.id, place, before.used_at)
    await queries.set_address(
        session, viewer.id, changed.id, _seal(viewer, changed), changed.used_at
    )
    return changed


async def forget_address(session: Session, *, viewer: Viewer, address_id: UUID) -> None:
    """Orders keep the address that they were sent to. Forgetting twice is fine."""
    # Or a correction that is under way would bring it back.
    await queries.lock_viewer(session, viewer.id)
    await queries.remove_address(session, viewer.id, address_id)


def _seal(viewer: Viewer, kept: KeptAddress) -> bytes:
    written = json.dumps(asdict(kept.place), ensure_ascii=False)
    return sealing.seal(viewer.key, written, owner=_owner(kept.id))


def open_place(key: str, address_id: UUID, sealed: bytes) -> Place:
    return Place(**json.loads(sealing.unseal(key, sealed, owner=_owner(address_id))))


def _owner(address_id: UUID) -> bytes:
    return b"viewer address:" + address_id.bytes
