"""What the two servers without FastAPI say is what the API's description promises: the front end's
types come from it.
"""

from __future__ import annotations

import base64
import json

import pytest
from pydantic import BaseModel

from showfloor.fanout import sse
from showfloor.kit import contract
from showfloor.kit.contract import Health
from showfloor.shows.schemas import RoomChange, RoomSnapshot, RoomState
from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.ingest.health import HealthMeter

SHOW = (
    '{"id":"show_1","state":"live","title":{"en":"Show","ar":"عرض"},"starts_at":null,'
    '"languages":["en","ar"],"went_live_at":"2026-11-23T10:00:00.000Z","ended_at":null,"replay":null,'
    '"product_ids":[],"item_numbers":[],"caption_languages":[]}'
)


@pytest.mark.parametrize(
    ("model", "event"),
    [
        (RoomSnapshot, sse.snapshot(3, 1000, {"show": SHOW})),
        (RoomChange, sse.change(4, 1001, "show", SHOW)),
        (RoomChange, sse.change(5, 1002, "cue/cue_1", None)),
        (RoomState, sse.state(5, 1003, 7, '{"MUG": 3}', 12, 5)),
    ],
)
def test_events_of_the_room_server_are_the_described_ones(
    model: type[BaseModel], event: bytes
) -> None:
    data = event.decode().partition("data: ")[2]

    assert model.model_validate_json(data).model_dump(mode="json") == json.loads(data)


def test_health_of_the_media_server_is_the_described_one() -> None:
    silent, first_frame = HealthMeter(0.0), HealthMeter(0.0)
    video = h264.read_config(
        base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
    )
    first_frame.configure(video, aac.read_config(bytes.fromhex("1190")))
    first_frame.frame(0.0, 0, 0, True, 20_000)
    first_frame.unusable(0.0, "audio", "audio_codec_unsupported", codec="opus")

    for told in (silent.read(5.0), first_frame.read(0.1)):
        assert contract.from_json(Health, contract.to_json(told)) == told
