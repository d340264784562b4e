"""One contract between web and streaming: each side reads what the other writes."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import Any

import pytest
from pydantic import TypeAdapter

from showfloor.kit import contract
from showfloor.kit.contract import (
    AudioHealth,
    CarriedCue,
    ContractError,
    DestinationLine,
    DestinationOrder,
    Health,
    HealthWarning,
    IngestAnswer,
    IngestLine,
    IngestReports,
    NetworkHealth,
    PublishPermission,
    PublishQuestion,
    PublishRefusal,
    ShowCues,
    ShowMoment,
    ShowOrders,
    ShowStateOrder,
    SoundMeasure,
    VideoHealth,
)

CUE = CarriedCue("cue_1", "pin", "2026-11-23T10:00:00.000Z", None, {"product_id": "prod_1"})
VIDEO = VideoHealth("h264", "High", "4.0", 1280, 720, 29.97, 4_000_000, None)
AUDIO = AudioHealth("aac", 48000, 2, 128_000)
NETWORK = NetworkHealth(0.02, 12)
WARNING = HealthWarning("stalled", {"seconds": 3})
HEALTH = Health(VIDEO, AUDIO, [WARNING], NETWORK)
DESTINATION = DestinationOrder("dest_1", "rtmps://video.example/live", "key", 2)
DESTINATION_LINE = DestinationLine(
    "dest_1", "retrying", "2026-11-23T10:00:00.000Z", 5_000, 3, 1, True, "refused", "busy"
)
LINE = IngestLine(
    "show_1",
    "ingest_1",
    "publishing",
    "2026-11-23T10:00:00.000Z",
    "key",
    HEALTH,
    [DESTINATION_LINE],
)
ORDERS = ShowOrders("live", 0, "token", False, [CUE], "old", [DESTINATION])
MESSAGES = [
    PublishQuestion("sk_1"),
    PublishPermission("show_1", "key", "live", -500, [CUE]),
    PublishRefusal("show_ended", "The show is over."),
    IngestReports([LINE, IngestLine("show_2", "ingest_2", "lost", "2026-11-23T10:00:00Z")]),
    IngestAnswer({"show_1": ORDERS}),
    ShowMoment("2026-11-23T10:00:00.000Z"),
    ShowCues([CUE]),
    ShowStateOrder("live"),
    SoundMeasure(3.0, -23.5, None),
    VIDEO,
    AUDIO,
    NETWORK,
    WARNING,
    HEALTH,
    CUE,
    LINE,
    ORDERS,
    DESTINATION,
    DESTINATION_LINE,
]


def test_every_message_is_among_them() -> None:
    classes = {
        each
        for each in vars(contract).values()
        if isinstance(each, type) and is_dataclass(each) and each.__module__ == contract.__name__
    }

    assert {type(message) for message in MESSAGES} == classes


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_both_sides_read_and_write_the_same(message: Any) -> None:
    """Streaming with `kit/contract.py`, web with FastAPI, which is pydantic."""
    kind = type(message)
    web = TypeAdapter(kind)
    written = contract.to_json(message)

    assert contract.from_json(kind, written) == message
    assert web.validate_json(written) == message
    assert json.loads(web.dump_json(message)) == json.loads(written)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_both_sides_ignore_what_they_do_not_know(message: Any) -> None:
    kind = type(message)
    newer = json.dumps({**json.loads(contract.to_json(message)), "of_tomorrow": 1}).encode()

    assert contract.from_json(kind, newer) == TypeAdapter(kind).validate_json(newer) == message


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ShowMoment, "[]"),
        (ShowMoment, "{}"),
        (ShowMoment, '{"at": 5}'),
        (ShowMoment, "\x00"),
        (ShowMoment, "[" * 60_000),
        (ShowMoment, '{"at":' * 60_000),
        (ShowCues, '{"cues": {}}'),
        (ShowCues, '{"cues": [{"id": "cue_1"}]}'),
        (IngestAnswer, '{"shows": []}'),
        (IngestReports, '{"ingests": [{"show_id": "s", "ingest_id": "i", "state": "x"}]}'),
        (PublishPermission, '{"show_id": "s", "key_id": "k", "state": "live"}'),
        (AudioHealth, '{"codec": "aac", "rate": true, "channels": 2, "bitrate": 1}'),
        (VideoHealth, "null"),
    ],
)
def test_both_sides_refuse_what_the_contract_does_not_say(kind: type[Any], value: str) -> None:
    with pytest.raises(ContractError):
        contract.from_json(kind, value.encode())
    if kind is not AudioHealth:  # pydantic takes true for 1
        with pytest.raises(ValueError):
            TypeAdapter(kind).validate_json(value)
