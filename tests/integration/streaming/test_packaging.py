"""Real clips through ingest and packager, decoded by FFmpeg's libraries: every picture and every
sound comes back.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import av
import pytest

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
