"""Pure decisions of `media`."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from showfloor.kit.contract import DestinationLine
from showfloor.media.errors import DestinationAddressInvalid
from showfloor.media.platforms import Platform, Source
from showfloor.media.types import (
    Broadcast,
    BrokenRule,
    Destination,
    DestinationState,
    IngestState,
)

STALE_AFTER = timedelta(seconds=5)
"""`streaming` reports every second; five missed reports mean that it is gone, not slow."""


def key_id(digest: bytes) -> str:
    """A name for a stream key: enough of its digest to tell it from all others; nobody can publish
    with it.
    """
    return digest.hex()[:16]


PREVIEW_LASTS = timedelta(hours=6)
"""A preview link works for at least so long, and at most twice as long."""


def preview_token(secret: str, show_id: UUID, at: datetime) -> str:
    """What lets the team watch a show that is not public yet, in the period of `at`."""
    period = int(at.timestamp() // PREVIEW_LASTS.total_seconds()).to_bytes(8)
    signed = b"preview:" + show_id.bytes + period
    return hmac.new(secret.encode(), signed, "sha256").hexdigest()[:32]


TICKET_PREFIX = "pt_"
TICKET_LASTS = timedelta(seconds=60)
"""From the click to the first message of a socket takes a second; a tunnel takes longer, and then a
new ticket is asked for.
"""
DEVICE_KEY = "device"
"""How the name of a ticket begins: the signed-in host's own browser came without a key."""
_MAC_BYTES = 20


def has_to_go(key_id: str | None, valid: str | None) -> bool:
    """Whether a publisher came with a key that is not the show's valid one any more.

    False when nobody knows what it came with, and for the host's own browser, whose ticket is not
    the key that was replaced.
    """
    if key_id is None or key_id.startswith(DEVICE_KEY):
        return False
    return key_id != valid


def device_key_id(sign_in: UUID) -> str:
    """The name of a ticket, by the sign-in that it ends with."""
    return f"{DEVICE_KEY}:{sign_in.hex}"


def sign_in_of(key_id: str | None) -> UUID | None:
    """On whose word a publisher came who has a ticket; None for one that has a stream key."""
    kind, _, sign_in = (key_id or "").partition(":")
    return UUID(hex=sign_in) if kind == DEVICE_KEY and sign_in else None


def publish_ticket(secret: str, show_id: UUID, sign_in: UUID, at: datetime) -> str:
    """What lets the browser of a show's host publish until a minute after `at`, while it is signed
    in.
    """
    until = int((at + TICKET_LASTS).timestamp()).to_bytes(8)
    signed = show_id.bytes + sign_in.bytes + until
    sealed = base64.urlsafe_b64encode(signed + _seal(secret, signed)).rstrip(b"=")
    return TICKET_PREFIX + sealed.decode()


def read_ticket(secret: str, ticket: str) -> tuple[UUID, UUID, datetime] | None:
    """The show of a genuine ticket, by whose sign-in it was asked for, and when it runs out; None
    for what is not of our making.
    """
    text = ticket.removeprefix(TICKET_PREFIX)
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if base64.urlsafe_b64encode(whole).decode().rstrip("=") != text:
        return None  # the last character has bits that decoding leaves out (RFC 4648 §3.5)
    signed, seal = whole[:-_MAC_BYTES], whole[-_MAC_BYTES:]
    if len(signed) != 40 or not hmac.compare_digest(seal, _seal(secret, signed)):
        return None
    until = datetime.fromtimestamp(int.from_bytes(signed[32:]), UTC)
    return UUID(bytes=signed[:16]), UUID(bytes=signed[16:32]), until


def _seal(secret: str, signed: bytes) -> bytes:
    return hmac.new(secret.encode(), b"publish:" + signed, "sha256").digest()[:_MAC_BYTES]


def state_at(state: IngestState, seen_at: datetime, now: datetime) -> IngestState:
    """The reported state; a publisher whose last report is too old counts as lost."""
    return IngestState.LOST if state.present and now - seen_at > STALE_AFTER else state


MOST_DESTINATIONS = 8
"""Of one show."""
_SCHEMES = ("rtmp", "rtmps")


def check_address(url: str, own_hosts: frozenset[str]) -> None:
    """Raises DestinationAddressInvalid, also for ourselves: a show that is its own camera.

    Whether a name leads into a private network is found out when it is connected to.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise DestinationAddressInvalid from None
    if parts.scheme not in _SCHEMES or not parts.hostname or not parts.path.strip("/"):
        raise DestinationAddressInvalid
    if parts.username or parts.password or parts.hostname in own_hosts:
        raise DestinationAddressInvalid


def broken_rules(
    platform: Platform, broadcast: Broadcast, *, forbidden: bool
) -> tuple[BrokenRule, ...]:
    """What stands against sending this broadcast there; the ones that forbid come first."""
    title = platform.title
    found: list[BrokenRule] = []
    if forbidden:
        found.append(BrokenRule("platform_forbidden", True, {"platform": title}))
    if platform.no_shop_source is not None and broadcast.sells:
        found.append(_read("shop_simulcast_forbidden", True, platform.no_shop_source, title))
    if broadcast.paid_partnership:
        found.append(BrokenRule("disclosure_not_burnt_in", True, {"platform": title}))
    if platform.portrait_source is not None and broadcast.portrait is False:
        found.append(_read("portrait_advised", False, platform.portrait_source, title))
    most = platform.most_kbps
    if platform.bit_rate_source and most and broadcast.kbps and broadcast.kbps > most:
        rule = _read("bit_rate_high", False, platform.bit_rate_source, title)
        rule.params.update(most=most, now=broadcast.kbps)
        found.append(rule)
    return tuple(found)


def _read(code: str, forbids: bool, source: Source, title: str) -> BrokenRule:
    return BrokenRule(code, forbids, {"platform": title}, source.name, source.read_on, source.url)


def destination_state(
    destination: Destination, line: DestinationLine | None, *, forbidden: bool
) -> DestinationState:
    """`line` is what `streaming` last said of it, None when that is too long ago."""
    if not destination.wanted:
        return DestinationState.OFF
    if forbidden:
        return DestinationState.REFUSED
    return DestinationState(line.state) if line is not None else DestinationState.WAITING


def hint_of(key: str) -> str:
    """So much of a key that its host can tell which it is, and nobody can use it."""
    return key[-4:] if len(key) >= _HINTED_LENGTH else ""


_HINTED_LENGTH = 12
