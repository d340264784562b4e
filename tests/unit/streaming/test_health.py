"""What the host is told."""

from __future__ import annotations

import base64
from dataclasses import asdict

import pytest

from showfloor.kit.contract import HealthWarning, NetworkHealth
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
    reordered: bool = False,
    uneven: int = 0,
) -> HealthMeter:
    meter = HealthMeter(0.0)
    meter.configure(VIDEO, SOUND if sound else None)
    for number in range(round(seconds * 30)):
        time = round(number * 1000 / 30) + (number % 3) * uneven
        composition = (133, 0, 0, 0)[number % 4] if reordered else 0
        meter.frame(number / 30, time, composition, number % round(30 * gop) == 0, size)
    for number in range(round(seconds * 46.875) if sound else 0):
        meter.packet(number / 46.875, 341)
    return meter


def codes(meter: HealthMeter, now: float = 6.0) -> list[str]:
    return [warning.code for warning in meter.read(now).warnings]


def test_a_good_stream_has_figures_and_no_warning() -> None:
    assert asdict(watched().read(6.0)) == {
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
        "network": None,
    }


def test_lost_packets_are_told_from_two_in_a_hundred() -> None:
    meter = watched()
    meter.network(NetworkHealth(0.019, 12))
    few = codes(meter)
    meter.network(NetworkHealth(0.042, 12))
    health = meter.read(6.0)

    assert few == []
    assert health.network == NetworkHealth(0.042, 12)
    assert health.warnings == [HealthWarning("packets_lost", {"percent": 4})]


def test_each_trouble_has_its_code() -> None:
    assert codes(watched(12.0, gop=10.0), 12.0) == ["keyframe_interval_long"]
    assert codes(watched(sound=False)) == ["no_audio"]
    assert codes(watched(reordered=True)) == ["b_frames"]
    assert codes(watched(uneven=12)) == ["variable_frame_rate"]
    assert codes(watched(size=60_000)) == ["bitrate_high"]
    assert codes(watched(), now=8.5) == ["stalled"]


def test_an_endless_group_is_noticed_before_it_ends() -> None:
    assert codes(watched(6.0, gop=1000.0)) == ["keyframe_interval_long"]


@pytest.mark.parametrize("least", [-1000, 0])
def test_reordered_frames_of_a_steady_source_do_not_vary(least: int) -> None:
    # GStreamer's x264enc with bframes=3: decode times 21 and 43 ms apart in turn, and flvmux makes
    # negative offsets zero.
    meter = HealthMeter(0.0)
    meter.configure(VIDEO, SOUND)
    lead = 200 if least < 0 else 40
    for number in range(180):
        shown = round((number // 4 * 4 + (4, 2, 1, 3)[number % 4]) * 1000 / 30)
        time = round(number * 32 + (number % 2) * 10.6)
        meter.frame(number / 30, time, max(shown - time + lead, least), number % 60 == 0, 16_667)
    for number in range(280):
        meter.packet(number / 46.875, 341)

    assert codes(meter) == ["b_frames"]


# Stamp and composition offset as `x264enc bframes=3 ! flvmux streamable=true` sent them beside
# live sound (GStreamer 1.22): multiples of a packet of sound, negative offsets as zero.
ON_TIME = (
    "0+10 23+120 46+30 93+0 116+0 163+113 186+24 232+0 255+0 279+131 325+18 348+0 395+0 418+125 "
    "464+12 488+0 511+0 557+119 581+29 627+0 650+0 697+113 720+23 766+0 789+0 813+130 859+17 882+0 "
    "929+0 952+124 998+12 1022+0 1045+0 1091+119 1115+28 1161+0 1184+0 1231+112 1254+22 1277+0 "
    "1324+0 1347+129 1393+17 1416+0 1463+0 1486+124 1533+10 1556+0 1579+0 1625+118"
)
# The same where the encoder was too slow: each picture has the stamp of the sound beside it.
TOO_LATE = (
    "929+0 998+0 1068+0 1138+0 1184+0 1254+0 1347+0 1416+0 1416+0 1509+0 1579+0 1672+0 1672+0 "
    "1741+0 1834+0 1974+0 1997+0 2206+0 2368+0 2484+0 2809+0 2833+0 2902+0 2949+0 3042+0 3065+0"
)


@pytest.mark.parametrize(
    ("sent", "expected"), [(ON_TIME, "b_frames"), (TOO_LATE, "variable_frame_rate")]
)
def test_gstreamer_beside_sound_varies_only_where_its_stamps_do(sent: str, expected: str) -> None:
    meter = HealthMeter(0.0)
    meter.configure(VIDEO, SOUND)
    meter.packet(3.0, 341)
    stamps = [tuple(map(int, item.split("+"))) for item in sent.split()]
    for number, (stamp, offset) in enumerate(stamps):
        meter.frame(stamp / 1000, stamp, offset, number == 0, 16_667)

    assert codes(meter, 3.0) == [expected]


def test_one_offset_for_all_frames_is_no_reordering() -> None:
    meter = HealthMeter(0.0)
    for number in range(180):
        meter.frame(number / 30, round(number * 1000 / 30), 66, number % 60 == 0, 16_667)

    assert "b_frames" not in codes(meter)


def test_a_picture_that_stays_away_is_told_and_silence_is_one_trouble() -> None:
    sound_alone = HealthMeter(0.0)
    sound_alone.configure(None, SOUND)
    for number in range(280):
        sound_alone.packet(number / 46.875, 341)

    assert codes(sound_alone) == ["no_video"]
    assert codes(sound_alone, now=12.0) == ["no_video", "stalled"]
    assert codes(watched(), now=12.0) == ["stalled"]
    assert codes(HealthMeter(0.0), now=12.0) == ["stalled"]


def test_stamps_that_stand_still_are_told_until_they_move() -> None:
    meter = watched()
    meter.frozen = True
    assert codes(meter) == ["timestamps_missing"]

    meter.frozen = False
    assert codes(meter) == []


def test_jumps_are_told_for_a_minute() -> None:
    meter = watched()
    meter.jumped(6.0)

    assert codes(meter, 6.0) == ["timestamps_jumped"]
    assert "timestamps_jumped" not in codes(meter, 70.0)


def test_an_unsupported_codec_is_named() -> None:
    meter = HealthMeter(0.0)
    meter.configure(VIDEO, None)
    meter.unusable(9.0, "audio", "audio_codec_unsupported", codec="mp3")

    assert asdict(meter.read(9.0).warnings[0]) == {
        "code": "audio_codec_unsupported",
        "params": {"codec": "mp3"},
    }
    assert "no_audio" not in codes(meter, 9.0)
