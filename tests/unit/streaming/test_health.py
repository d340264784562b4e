"""What the host is told."""

from __future__ import annotations

import base64

import pytest

from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.ingest.health import HealthMeter

VIDEO = h264.read_config(
    base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
)
SOUND = aac.read_config(bytes.fromhex("1190"))


def watched(
    seconds: float = 6.0,
    *,
    gop: float = 2.0,
    size: int = 16_667,
    sound: bool = True,
    composition: int = 0,
    uneven: int = 0,
) -> HealthMeter:
    meter = HealthMeter(0.0)
    meter.configure(VIDEO, SOUND if sound else None)
    for number in range(round(seconds * 30)):
        time = round(number * 1000 / 30) + (number % 3) * uneven
        meter.frame(number / 30, time, composition, number % round(30 * gop) == 0, size)
    for number in range(round(seconds * 46.875) if sound else 0):
        meter.packet(number / 46.875, 341)
    return meter


def codes(meter: HealthMeter, now: float = 6.0) -> list[str]:
    return [warning["code"] for warning in meter.as_json(now)["warnings"]]


def test_a_good_stream_has_figures_and_no_warning() -> None:
    assert watched().as_json(6.0) == {
        "video": {
            "codec": "h264",
            "profile": "High",
            "level": "4.0",
            "width": 1920,
            "height": 1080,
            "fps": 30.0,
            "bitrate": pytest.approx(4_000_000, rel=0.01),
            "keyframe_interval": 2.0,
        },
        "audio": {
            "codec": "aac",
            "rate": 48000,
            "channels": 2,
            "bitrate": pytest.approx(128_000, rel=0.01),
        },
        "warnings": [],
    }


def test_each_trouble_has_its_code() -> None:
    assert codes(watched(12.0, gop=10.0), 12.0) == ["keyframe_interval_long"]
    assert codes(watched(sound=False)) == ["no_audio"]
    assert codes(watched(composition=66)) == ["b_frames"]
    assert codes(watched(uneven=12)) == ["variable_frame_rate"]
    assert codes(watched(size=60_000)) == ["bitrate_high"]
    assert codes(watched(), now=8.5) == ["stalled"]


def test_an_endless_group_is_noticed_before_it_ends() -> None:
    assert codes(watched(6.0, gop=1000.0)) == ["keyframe_interval_long"]


def test_jumps_are_told_for_a_minute() -> None:
    meter = watched()
    meter.jumped(6.0)

    assert codes(meter, 6.0) == ["timestamps_jumped"]
    assert "timestamps_jumped" not in codes(meter, 70.0)


def test_an_unsupported_codec_is_named() -> None:
    meter = HealthMeter(0.0)
    meter.configure(VIDEO, None)
    meter.unsupported("audio", "mp3")

    assert meter.as_json(9.0)["warnings"][0] == {
        "code": "audio_codec_unsupported",
        "params": {"codec": "mp3"},
    }
    assert "no_audio" not in codes(meter, 9.0)
