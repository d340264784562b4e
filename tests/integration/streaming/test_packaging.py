"""Real clips through ingest and packager, decoded by FFmpeg's libraries: every picture and every
sound comes back.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable

import av
import pytest

from showfloor.kit import clock
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.ingest import Ingest
from tests.integration.streaming.peers import Tag, is_config
from tests.unit.streaming.ends import Reel, ingest_into, send_audio, send_video

Tags = Callable[[str], list[Tag]]


def package(config: StreamingConfig, tags: list[Tag]) -> tuple[Reel, Ingest]:
    reel = Reel()
    ingest = ingest_into(reel, config)
    for tag in tags:
        if tag.kind == 9:
            send_video(ingest, tag.time, tag.body)
        elif tag.kind == 8:
            send_audio(ingest, tag.time, tag.body)
    ingest.closed()
    return reel, ingest


@pytest.fixture
def config(tmp_path: object) -> StreamingConfig:
    return StreamingConfig("http://127.0.0.1:1", "x", tmp_path)  # type: ignore[arg-type]


def decode(file: bytes) -> tuple[list[int], int]:
    """Presentation times of all pictures in ms, and the number of sound frames."""
    pictures, sounds = [], 0
    with av.open(io.BytesIO(file)) as container:
        for frame in container.decode():
            if isinstance(frame, av.VideoFrame):
                assert frame.pts is not None and frame.time_base is not None
                pictures.append(round(frame.pts * frame.time_base * 1000))
            else:
                sounds += 1
    return pictures, sounds


def count(tags: list[Tag], kind: int) -> int:
    return sum(tag.kind == kind and not is_config(tag) and len(tag.body) > 5 for tag in tags)


@pytest.mark.parametrize("name", ["plain", "b_frames", "mute", "film", "ntsc", "phone", "long_gop"])
def test_every_sample_comes_back(name: str, tags: Tags, config: StreamingConfig) -> None:
    sent = tags(name)
    reel, _ = package(config, sent)

    pictures, sounds = decode(bytes(reel.files[0]))

    assert len(reel.inits) == 1
    assert len(pictures) == count(sent, 9)
    assert pictures == sorted(pictures) and len(set(pictures)) == len(pictures)
    assert sounds == pytest.approx(count(sent, 8), abs=2)


@pytest.mark.parametrize("name", ["plain", "film", "ntsc", "phone", "long_gop"])
def test_parts_fit_the_target_that_is_announced(
    name: str, tags: Tags, config: StreamingConfig
) -> None:
    reel, _ = package(config, tags(name))

    for segment in reel.parts:
        assert all(part.duration <= 201 for part in segment)
        assert all(part.duration >= 0.85 * 201 for part in segment[:-1])


def test_presentation_times_of_reordered_pictures_are_those_sent(
    tags: Tags, config: StreamingConfig
) -> None:
    sent = [
        tag
        for tag in tags("b_frames")
        if tag.kind == 9 and not is_config(tag) and len(tag.body) > 5
    ]
    reel, _ = package(config, tags("b_frames"))
    expected = sorted(tag.time + int.from_bytes(tag.body[2:5], "big", signed=True) for tag in sent)

    pictures, _ = decode(bytes(reel.files[0]))

    # FFmpeg's reader starts at the first picture; the distances are what counts.
    assert [time - pictures[0] for time in pictures] == [time - expected[0] for time in expected]


def test_negative_composition_offsets_survive(tags: Tags, config: StreamingConfig) -> None:
    def earlier(tag: Tag) -> Tag:
        if tag.kind != 9 or is_config(tag) or len(tag.body) < 6:
            return tag
        offset = int.from_bytes(tag.body[2:5], "big", signed=True) - 100
        return tag._replace(
            body=tag.body[:2] + offset.to_bytes(3, "big", signed=True) + tag.body[5:]
        )

    reel, _ = package(config, [earlier(tag) for tag in tags("b_frames")])

    pictures, _ = decode(bytes(reel.files[0]))
    assert len(pictures) == count(tags("b_frames"), 9)
    assert pictures == sorted(pictures)


def test_the_packaged_bytes_are_the_sent_ones(tags: Tags, config: StreamingConfig) -> None:
    sent = [bytes(tag.body[5:]) for tag in tags("plain") if tag.kind == 9 and tag.body[1] == 1]
    reel, _ = package(config, tags("plain"))

    with av.open(io.BytesIO(bytes(reel.files[0]))) as container:
        packaged = [bytes(packet) for packet in container.demux(video=0) if packet.size]

    assert packaged == sent


def nal_units(body: bytes) -> list[bytes]:
    """The NAL units of an FLV video body, each with its length."""
    units, position = [], 5
    while position < len(body):
        size = 4 + int.from_bytes(body[position : position + 4], "big")
        units.append(body[position : position + size])
        position += size
    return units


def is_picture(tag: Tag) -> bool:
    return tag.kind == 9 and not is_config(tag) and len(tag.body) > 5


def one_unit_a_message(tag: Tag) -> list[Tag]:
    if not is_picture(tag):
        return [tag]
    return [tag._replace(body=tag.body[:5] + unit) for unit in nal_units(tag.body)]


def with_sei_before(tag: Tag) -> list[Tag]:
    """bluenviron/mediamtx #5221: telemetry in a message of its own at the picture's stamp."""
    sei = bytes.fromhex("0000001b060518") + bytes(16) + b"telemetr\x80"
    return [tag._replace(body=b"\x27\1\0\0\0" + sei), tag] if is_picture(tag) else [tag]


def with_delimiter_before(tag: Tag) -> list[Tag]:
    delimiter = bytes.fromhex("270100000000000002") + b"\x09\xf0"
    return [tag._replace(body=delimiter), tag] if is_picture(tag) else [tag]


def with_empty_units(tag: Tag) -> list[Tag]:
    """bluenviron/mediamtx #2374: units of no length, in front, behind, and alone."""
    if not is_picture(tag):
        return [tag]
    body = tag.body[:5] + bytes(4) + tag.body[5:] + bytes(4)
    return [tag._replace(body=body), tag._replace(body=tag.body[:5] + bytes(4))]


@pytest.mark.parametrize("name", ["plain", "b_frames", "sliced"])
@pytest.mark.parametrize(
    "sent_as", [one_unit_a_message, with_sei_before, with_delimiter_before, with_empty_units]
)
def test_pictures_come_back_however_they_are_sent(
    name: str, sent_as: Callable[[Tag], list[Tag]], tags: Tags, config: StreamingConfig
) -> None:
    sent = tags(name)
    reel, ingest = package(config, [other for tag in sent for other in sent_as(tag)])

    pictures, _ = decode(bytes(reel.files[0]))

    assert len(reel.inits) == 1
    assert len(pictures) == count(sent, 9)
    assert pictures == sorted(set(pictures))
    assert reel.seconds == pytest.approx(sent[-1].time / 1000, abs=0.2)
    video = ingest.health.read(0.0).video
    assert video is not None and video.fps == pytest.approx(30.0, abs=0.2)


def test_parameter_sets_in_band_alone_play(tags: Tags, config: StreamingConfig) -> None:
    sent = tags("plain")
    record = next(tag.body[5:] for tag in sent if tag.kind == 9 and is_config(tag))
    size = int.from_bytes(record[6:8], "big")
    sps, rest = record[8 : 8 + size], record[9 + size :]
    pps = rest[2 : 2 + int.from_bytes(rest[:2], "big")]
    sets = b"".join(len(unit).to_bytes(4, "big") + unit for unit in (sps, pps))

    def in_band(tag: Tag) -> Tag:
        key = is_picture(tag) and tag.body[0] >> 4 == 1
        return tag._replace(body=tag.body[:5] + sets + tag.body[5:]) if key else tag

    reel, ingest = package(
        config, [in_band(tag) for tag in sent if not (tag.kind == 9 and is_config(tag))]
    )

    pictures, _ = decode(bytes(reel.files[0]))
    assert len(pictures) == count(sent, 9)
    codes = [warning.code for warning in ingest.health.read(clock.monotonic()).warnings]
    assert "video_configuration_missing" not in codes


def test_a_picture_that_begins_before_the_sound_keeps_its_distance(
    tags: Tags, config: StreamingConfig
) -> None:
    """bluenviron/mediamtx #2393: the first picture has the stamp 0xFFFFFF8B."""

    def earlier(tag: Tag) -> Tag:
        return tag._replace(time=(tag.time - 117) & 0xFFFFFFFF) if tag.kind == 9 else tag

    sent = sorted(tags("plain"), key=lambda tag: (not is_config(tag), tag.time))
    reel, _ = package(config, [earlier(tag) for tag in sent])

    with av.open(io.BytesIO(bytes(reel.files[0]))) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert {later - earlier for earlier, later in itertools.pairwise(times)} <= {2970, 3060}
    assert len(times) == count(tags("plain"), 9)


@pytest.mark.parametrize("off", [-400, 400, 2000])
def test_a_stray_stamp_a_second_costs_no_time(
    off: int, tags: Tags, config: StreamingConfig
) -> None:
    """AlexxIT/go2rtc #1969: one picture a second is stamped wrongly."""
    sent = [tag._replace(time=tag.time + 10_000) for tag in tags("plain")]
    stray = [
        tag._replace(time=tag.time + off)
        if is_picture(tag) and tag.time > 10_500 and tag.time % 1000 < 33
        else tag
        for tag in sent
    ]
    reel, _ = package(config, stray)

    assert sum(a != b for a, b in zip(sent, stray, strict=True)) >= 8
    assert reel.seconds == pytest.approx(9.0, abs=0.1)
    assert len(decode(bytes(reel.files[0]))[0]) == count(sent, 9)
