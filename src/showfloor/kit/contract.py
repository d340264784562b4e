"""What web and streaming say to each other (docs/operate/internal.md), as values that both sides
use, and where `fanout` hears that a room changed.

Dataclasses of the standard library, because streaming starts without pydantic; FastAPI and pydantic
read the same classes. Times are RFC 3339 texts, ids are as everybody sees them (`show_…`). A member
that a side does not know is ignored, so that two versions can talk during an update.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

ROOMS_CHANNEL = "showfloor_rooms"
"""The NOTIFY channel on which `realtime` tells `fanout` to look; the payload is room ids as
hexadecimal digits, or empty for all of them.
"""

ROOM_ROWS: Mapping[str, Mapping[str, str]] = {
    "public_room": {"id": "uuid", "seq": "bigint"},
    "room_entry": {"room_id": "uuid", "key": "character varying", "value": "jsonb"},
    "room_event": {
        "room_id": "uuid",
        "seq": "bigint",
        "at": "timestamp with time zone",
        "key": "character varying",
        "value": "jsonb",
    },
    "room_stock": {"room_id": "uuid", "sku": "character varying", "available": "integer"},
    "room_hearts": {"room_id": "uuid", "total": "bigint"},
    "room_questions": {"room_id": "uuid", "number": "bigint"},
    "room_message": {
        "room_id": "uuid",
        "id": "uuid",
        "change": "bigint",
        "author_id": "uuid",
        "media_at": "timestamp with time zone",
        "staff": "boolean",
        "shown": "boolean",
        "value": "json",
    },
}
"""What `fanout` reads of the database: of tables and views the columns, by PostgreSQL's names of
their types. tests/integration/fanout/test_contract.py holds both sides to it.
"""


@dataclass(frozen=True, slots=True)
class VideoHealth:
    """`bitrate` is bits a second, `keyframe_interval` seconds, null until two key frames have
    come.
    """

    codec: str
    profile: str
    level: str
    width: int
    height: int
    fps: float
    bitrate: int
    keyframe_interval: float | None


@dataclass(frozen=True, slots=True)
class AudioHealth:
    codec: str
    rate: int
    channels: int
    bitrate: int


@dataclass(frozen=True, slots=True)
class NetworkHealth:
    """Of a publisher by WebRTC: the share of its packets that is lost on the way, and by how many
    milliseconds the others come unevenly.
    """

    loss: float
    jitter_ms: int


@dataclass(frozen=True, slots=True)
class HealthWarning:
    """`params` fill the sentence `health.<code>` of the catalog."""

    code: str
    params: dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Health:
    video: VideoHealth | None
    audio: AudioHealth | None
    warnings: list[HealthWarning]
    network: NetworkHealth | None = None


@dataclass(frozen=True, slots=True)
class CarriedCue:
    """An interval `[start, end)` of the show clock, as the playlist carries it and as the API shows
    it.
    """

    id: str
    kind: str
    start: str
    end: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublishQuestion:
    """`POST /internal/publish`: may the owner of this key publish?"""

    stream_key: str


@dataclass(frozen=True, slots=True)
class PublishPermission:
    """200."""

    show_id: str
    key_id: str
    state: str
    cue_offset_ms: int
    cues: list[CarriedCue]


@dataclass(frozen=True, slots=True)
class PublishRefusal:
    """403. `detail` is a sentence that the encoder shows to the host."""

    code: str
    detail: str


PushState = Literal["waiting", "connecting", "sending", "retrying", "refused"]


@dataclass(frozen=True, slots=True)
class DestinationOrder:
    """Another network that gets the show while it is on the air. A new `attempt` starts one anew
    that had given up.
    """

    id: str
    url: str = field(repr=False)
    key: str = field(repr=False)
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class DestinationLine:
    """How a destination is. The counts are since `streaming` began with it; `bytes` are those sent,
    `dropped` pictures that it was too slow for. `reason` is the code of the last failure, `detail`
    the destination's own words about it.
    """

    id: str
    state: PushState
    since: str
    bytes: int
    dropped: int
    reconnects: int
    slow: bool = False
    reason: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class IngestLine:
    """One publisher. `key_id` is null when streaming does not know it any more, `health` when
    nobody publishes.
    """

    show_id: str
    ingest_id: str
    state: Literal["connected", "publishing", "lost"]
    since: str
    key_id: str | None = None
    health: Health | None = None
    destinations: list[DestinationLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class IngestReports:
    """`POST /internal/ingests`: everybody who publishes."""

    ingests: list[IngestLine]


@dataclass(frozen=True, slots=True)
class ShowOrders:
    """What streaming makes true of one show. Both preview tokens work; an empty one never does."""

    state: str
    cue_offset_ms: int
    preview_token: str
    key_revoked: bool
    cues: list[CarriedCue]
    old_preview_token: str = ""
    destinations: list[DestinationOrder] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class IngestAnswer:
    """The answer to `IngestReports`, by show id. A show that is missing stays as it is."""

    shows: dict[str, ShowOrders]


@dataclass(frozen=True, slots=True)
class ShowMoment:
    """`POST /internal/shows/{id}/moment`: the newest media received plus `cue_offset_ms`, on the
    show clock.
    """

    at: str


@dataclass(frozen=True, slots=True)
class SoundMeasure:
    """`POST /internal/shows/{id}/sound`: how the last `seconds` of sound are. `loudness` is LUFS
    (EBU R 128), null when all of it is below the gate of the measure; `peak` is dBFS, null for
    digital silence, and above 0 for sound that the camera cut off.
    """

    seconds: float
    loudness: float | None
    peak: float | None


@dataclass(frozen=True, slots=True)
class ShowCues:
    """`PUT /internal/shows/{id}/cues`: add these, and end those that have an end now."""

    cues: list[CarriedCue]


@dataclass(frozen=True, slots=True)
class ShowStateOrder:
    """`PUT /internal/shows/{id}`: the state that was just committed."""

    state: str


class ContractError(ValueError):
    """Not what the contract says."""


def to_json(value: Any) -> bytes:
    """A value of this file as JSON."""
    return json.dumps(value, default=_members, ensure_ascii=False, separators=(",", ":")).encode()


def _members(value: Any) -> dict[str, Any]:
    """A dataclass as json.dumps wants it; `asdict` copies each leaf and takes four times as
    long.
    """
    if isinstance(value, Mapping):
        return dict(value)
    kind: Any = type(value)
    return {name: getattr(value, name) for name in _names(kind)}


def from_json(kind: type[T], text: bytes | bytearray) -> T:
    """The value that the JSON says; raises ContractError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ContractError("not JSON") from None
    return read(kind, value)


def read(kind: type[T], value: object) -> T:
    """A value of `kind` from decoded JSON; raises ContractError."""
    found: T = _read(kind, value)
    return found


def _read(hint: Any, value: object) -> Any:
    origin = get_origin(hint)
    if is_dataclass(hint):
        return _read_members(hint, value)
    if origin in (Union, UnionType):
        return _read_first(get_args(hint), value)
    if origin is Literal:
        return _expect(value in get_args(hint), value)
    if origin is list:
        (item,) = get_args(hint)
        return [_read(item, each) for each in _expect(isinstance(value, list), value)]
    if origin is not None and issubclass(origin, Mapping):
        item = get_args(hint)[1]
        found = _expect(isinstance(value, dict), value)
        return {key: _read(item, each) for key, each in found.items()}
    if hint is Any:
        return value
    # JSON has one kind of number: 30 may stand for 30.0, but true is no 1.
    kinds = (int, float) if hint is float else (hint,)
    return _expect(isinstance(value, kinds) and (hint is bool or type(value) is not bool), value)


def _read_members(kind: Any, value: object) -> Any:
    given = _expect(isinstance(value, dict), value)
    members = {}
    for name, hint in _hints(kind).items():
        if name in given:
            members[name] = _read(hint, given[name])
    if missing := _required(kind) - members.keys():
        raise ContractError(f"{kind.__name__} lacks {', '.join(sorted(missing))}")
    return kind(**members)


def _read_first(hints: tuple[Any, ...], value: object) -> Any:
    if value is None:
        return _expect(NoneType in hints, value)
    for hint in hints:
        if hint is not NoneType:
            try:
                return _read(hint, value)
            except ContractError:
                continue
    raise ContractError("fits none of its kinds")


def _expect(holds: bool, value: Any) -> Any:
    if not holds:
        raise ContractError("a member is of another kind")
    return value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(member.name for member in fields(kind))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _required(kind: Any) -> frozenset[str]:
    return frozenset(
        member.name
        for member in fields(kind)
        if member.default is MISSING and member.default_factory is MISSING
    )
