"""Other networks that get a show. Who may run the show is checked by who calls.

What is forbidden is looked up when a destination starts and each second while it runs, so a rule
that comes to hold during the show (a product on the shelf, a paid partnership, an operator's
decision) stops it.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from showfloor.kit import clock, ids
from showfloor.kit.contract import DestinationLine, DestinationOrder, read
from showfloor.kit.db import Session
from showfloor.kit.sealing import Unreadable, seal, unseal
from showfloor.media import queries
from showfloor.media.errors import (
    DestinationForbidden,
    DestinationNotFound,
    DisclosureNotBurntIn,
    PlatformForbidden,
    PlatformUnknown,
    ShopSimulcastForbidden,
    TooManyDestinations,
)
from showfloor.media.platforms import PLATFORMS, Platform, find, platform_of
from showfloor.media.rules import (
    MOST_DESTINATIONS,
    STALE_AFTER,
    broken_rules,
    check_address,
    destination_state,
    hint_of,
)
from showfloor.media.types import Broadcast, BrokenRule, Destination, DestinationView

_REFUSALS: dict[str, type[DestinationForbidden]] = {
    refusal.code: refusal
    for refusal in (PlatformForbidden, ShopSimulcastForbidden, DisclosureNotBurntIn)
}
_KEY_UNREADABLE = "key_unreadable"


async def add_destination(
    session: Session,
    *,
    show_id: UUID,
    platform: str,
    name: str,
    url: str,
    key: str,
    secret: str,
    own_hosts: frozenset[str],
) -> Destination:
    """Nothing is sent before it is started. Raises PlatformUnknown, DestinationAddressInvalid,
    TooManyDestinations.
    """
    if (known := find(platform)) is None:
        raise PlatformUnknown
    address = url or known.address
    check_address(address, own_hosts)
    if len(await queries.destinations(session, show_id)) >= MOST_DESTINATIONS:
        raise TooManyDestinations(most=MOST_DESTINATIONS)
    made = ids.new()
    sealed = seal(secret, key, owner=made.bytes)
    added = Destination(made, show_id, platform, name or known.title, address, sealed, hint_of(key))
    await queries.add_destination(session, added)
    return added


async def change_destination(
    session: Session,
    *,
    show_id: UUID,
    destination_id: UUID,
    name: str | None,
    url: str | None,
    key: str | None,
    secret: str,
    own_hosts: frozenset[str],
) -> Destination:
    """What is None stays. One that runs is connected anew. Raises DestinationNotFound,
    DestinationAddressInvalid.
    """
    changed = await _get(session, show_id, destination_id)
    if name is not None:
        changed = replace(changed, name=name)
    if url is not None:
        check_address(url, own_hosts)
        changed = replace(changed, url=url)
    if key is not None:
        sealed = seal(secret, key, owner=changed.id.bytes)
        changed = replace(changed, sealed_key=sealed, key_hint=hint_of(key))
    await queries.save_destination(session, changed)
    return changed


async def remove_destination(session: Session, *, show_id: UUID, destination_id: UUID) -> None:
    """It is stopped and its key deleted. Raises DestinationNotFound."""
    await queries.remove_destination(session, (await _get(session, show_id, destination_id)).id)


async def start_destination(
    session: Session, *, show_id: UUID, destination_id: UUID, broadcast: Broadcast
) -> Destination:
    """Send the show there from now on, or from its beginning; one that gave up tries again.

    Raises DestinationNotFound, DestinationForbidden.
    """
    destination = await _get(session, show_id, destination_id)
    forbidden = await queries.forbidden_platforms(session)
    for rule in _rules(destination, broadcast, forbidden):
        if rule.forbids:
            raise _REFUSALS[rule.code](platform=rule.params["platform"])
    started = replace(destination, wanted=True, attempt=destination.attempt + 1)
    await queries.save_destination(session, started)
    return started


async def stop_destination(session: Session, *, show_id: UUID, destination_id: UUID) -> Destination:
    """Raises DestinationNotFound."""
    stopped = replace(await _get(session, show_id, destination_id), wanted=False)
    await queries.save_destination(session, stopped)
    return stopped


async def list_destinations(
    session: Session, *, show_id: UUID, broadcast: Broadcast, secret: str
) -> list[DestinationView]:
    """All of a show, with how they are and what stands against them."""
    forbidden = await queries.forbidden_platforms(session)
    lines = await _lines(session, show_id)
    return [
        _view(destination, broadcast, forbidden, lines.get(destination.id), secret)
        for destination in await queries.destinations(session, show_id)
    ]


async def list_orders(
    session: Session, *, show_id: UUID, broadcast: Broadcast, secret: str
) -> list[DestinationOrder]:
    """Where `streaming` should send the show: what is started, allowed and readable."""
    forbidden = await queries.forbidden_platforms(session)
    orders = []
    for destination in await queries.destinations(session, show_id):
        key = _key(destination, secret)
        rules = _rules(destination, broadcast, forbidden)
        if destination.wanted and key is not None and not any(rule.forbids for rule in rules):
            name = ids.encode("dest", destination.id)
            orders.append(DestinationOrder(name, destination.url, key, destination.attempt))
    return orders


async def list_platforms(session: Session) -> list[tuple[Platform, bool]]:
    """Networks that are known, and whether the operator forbids them."""
    forbidden = await queries.forbidden_platforms(session)
    return [(platform, platform.code in forbidden) for platform in PLATFORMS]


async def forbid_platform(session: Session, platform: str) -> None:
    """Nobody sends there until it is allowed again. Raises PlatformUnknown."""
    if find(platform) is None:
        raise PlatformUnknown
    await queries.forbid_platform(session, platform, clock.now())


async def allow_platform(session: Session, platform: str) -> None:
    """Raises PlatformUnknown."""
    if find(platform) is None:
        raise PlatformUnknown
    await queries.allow_platform(session, platform)


async def _get(session: Session, show_id: UUID, destination_id: UUID) -> Destination:
    for destination in await queries.destinations(session, show_id):
        if destination.id == destination_id:
            return destination
    raise DestinationNotFound


async def _lines(session: Session, show_id: UUID) -> dict[UUID, DestinationLine]:
    """What `streaming` last said, unless that is too long ago."""
    row = await queries.ingest(session, show_id)
    if row is None or clock.now() - row.seen_at > STALE_AFTER:
        return {}
    lines = [read(DestinationLine, line) for line in row.destinations]
    return {ids.parse("dest", line.id): line for line in lines}


def _view(
    destination: Destination,
    broadcast: Broadcast,
    forbidden: frozenset[str],
    line: DestinationLine | None,
    secret: str,
) -> DestinationView:
    rules = _rules(destination, broadcast, forbidden)
    reason = next((rule.code for rule in rules if rule.forbids), None)
    if _key(destination, secret) is None:
        reason = _KEY_UNREADABLE
    state = destination_state(destination, line, forbidden=reason is not None)
    if reason is None and line is not None and destination.wanted:
        reason = line.reason
    platform = platform_of(destination.platform, destination.url)
    return DestinationView(
        destination, platform.code, state, line if destination.wanted else None, rules, reason
    )


def _rules(
    destination: Destination, broadcast: Broadcast, forbidden: frozenset[str]
) -> tuple[BrokenRule, ...]:
    platform = platform_of(destination.platform, destination.url)
    banned = platform.code in forbidden or destination.platform in forbidden
    return broken_rules(platform, broadcast, forbidden=banned)


def _key(destination: Destination, secret: str) -> str | None:
    """None when the installation's secret is another than it was sealed with."""
    try:
        return unseal(secret, destination.sealed_key, owner=destination.id.bytes)
    except Unreadable:
        return None
