"""What an ingest says of media that it cannot use."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.ingest import Ingest
from showfloor.streaming.ingest.pictures import PictureAssembler
from showfloor.streaming.ports import VideoFrame
from tests.unit.streaming.ends import (
    DELIMITER,
    EMPTY,
    IDR,
    LATER,
    SEI,
    Reel,
    avc,
    ingest_into,
    send_audio,
    send_video,
    unit,
)

AVCC = base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
VIDEO_CONFIG, AUDIO_CONFIG = b"\x17\0\0\0\0" + AVCC, b"\xaf\0\x11\x90"
KEY_FRAME, PACKET = avc(IDR, key=True), b"\xaf\x01sound"
SMALL_SPS = bytes.fromhex("6742c01eda0280bfe5c044000003000400000300f03c58ba80")
HEVC, MP3 = b"\x1c\x01\0\0\0picture", b"\x2fsound"


class Host:
    """Sends for ten seconds what it is told to, ten times a second."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.reel = Reel()

    def monotonic(self) -> float:
        return self.now

    def connect(self) -> Ingest:
        self.ingest = ingest_into(self.reel, StreamingConfig("", "x", Path()))
        return self.ingest

    def play(self, video: bytes | None, audio: bytes | None, seconds: int = 10) -> None:
        for _ in range(seconds * 10):
            self.now += 0.1
            if video is not None:
                send_video(self.ingest, round(self.now * 1000), video)
            if audio is not None:
                send_audio(self.ingest, round(self.now * 1000), audio)

    @property
    def codes(self) -> set[str]:
        return {warning.code for warning in self.ingest.health.read(self.now).warnings}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    made = Host()
    monkeypatch.setattr(clock, "monotonic", made.monotonic)
    made.connect()
    yield made


@pytest.mark.parametrize(
    ("video", "audio", "codes"),
    [
        (HEVC, None, {"video_codec_unsupported", "no_audio"}),
        (None, MP3, {"no_video", "audio_codec_unsupported"}),
        (HEVC, MP3, {"video_codec_unsupported", "audio_codec_unsupported"}),
        (KEY_FRAME, None, {"video_configuration_missing", "no_audio"}),
        (avc(b"\0\0\0\1\x65start codes", key=True), None, {"video_packets_unreadable", "no_audio"}),
        (None, PACKET, {"no_video", "audio_configuration_missing"}),
    ],
)
def test_data_that_flows_is_not_stalled(
    video: bytes | None, audio: bytes | None, codes: set[str], host: Host
) -> None:
    host.play(video, audio)

    assert host.codes == codes
    assert host.reel.parts == []

    host.now += 3
    assert "stalled" in host.codes


def test_a_configuration_that_cannot_be_read_is_told_until_another_can(host: Host) -> None:
    send_video(host.ingest, 0, VIDEO_CONFIG[:-30])
    send_audio(host.ingest, 0, b"\xaf\0\xff\xff")
    host.play(KEY_FRAME, PACKET)
    assert host.codes == {"video_configuration_unreadable", "audio_configuration_unreadable"}

    send_video(host.ingest, 0, VIDEO_CONFIG)
    send_audio(host.ingest, 0, AUDIO_CONFIG)
    host.play(KEY_FRAME, PACKET)

    assert host.codes == set()
    assert host.reel.parts != []


def test_a_stray_codec_is_forgotten_when_usable_pictures_follow(host: Host) -> None:
    send_video(host.ingest, 0, VIDEO_CONFIG)
    send_audio(host.ingest, 0, AUDIO_CONFIG)
    send_video(host.ingest, 0, b"\x12stray")
    assert "video_codec_unsupported" in host.codes

    host.play(KEY_FRAME, PACKET)

    assert host.codes == set()


def test_parameter_sets_in_the_stream_configure_the_picture(host: Host) -> None:
    sps, pps = AVCC[8:35], AVCC[38:44]
    first = avc(unit(sps[0], sps[1:]), unit(pps[0], pps[1:]), IDR, key=True)
    send_audio(host.ingest, 0, AUDIO_CONFIG)
    host.play(first, PACKET)

    assert host.codes == set()
    assert host.reel.tracks[0].codecs == "avc1.640028,mp4a.40.2"
    assert host.reel.tracks[0].video is not None
    assert (host.reel.tracks[0].video.width, host.reel.tracks[0].video.height) == (1920, 1080)


def test_a_repeated_record_does_not_undo_what_the_stream_says(host: Host) -> None:
    other = h264.read_config(AVCC)
    sps, pps = SMALL_SPS, AVCC[38:44]
    first = avc(unit(sps[0], sps[1:]), unit(pps[0], pps[1:]), IDR, key=True)
    for _ in range(3):
        send_video(host.ingest, 0, VIDEO_CONFIG)
        host.play(first, None, seconds=3)

    sizes = {(t.video.width, t.video.height) for t in host.reel.tracks if t.video is not None}
    assert (other.width, other.height) not in sizes
    assert len(host.reel.inits) == 1


def adts(payload: bytes, *, checksum: bool = False) -> bytes:
    """AAC-LC, 48 kHz, two channels, with the header that MPEG-TS uses."""
    size = len(payload) + (9 if checksum else 7)
    head = [0xFF, 0xF0 if checksum else 0xF1, 0x4C, 0x80 | size >> 11, size >> 3 & 255]
    return bytes([*head, (size & 7) << 5 | 0x1F, 0xFC]) + bytes(2 * checksum) + payload


@pytest.mark.parametrize("checksum", [False, True])
def test_adts_headers_configure_the_sound_and_are_taken_off(checksum: bool, host: Host) -> None:
    send_video(host.ingest, 0, VIDEO_CONFIG)
    host.play(KEY_FRAME, b"\xaf\x01" + adts(b"raw sound", checksum=checksum))

    assert host.codes == set()
    assert host.reel.tracks[0].audio == aac.read_config(AUDIO_CONFIG[2:])
    assert b"raw sound" in host.reel.files[0]
    assert adts(b"raw sound", checksum=checksum) not in host.reel.files[0]


def test_several_adts_frames_in_a_packet_are_as_many_samples(host: Host) -> None:
    send_audio(host.ingest, 0, AUDIO_CONFIG)
    host.play(None, b"\xaf\x01" + adts(b"one") + adts(b"two") + adts(b"three"))

    assert b"onetwothreeonetwothree" in host.reel.files[0]


@pytest.mark.parametrize("profile", [110, 122, 244])
def test_a_profile_that_browsers_lack_is_named(profile: int, host: Host) -> None:
    record = AVCC[:1] + bytes([profile]) + AVCC[2:9] + bytes([profile]) + AVCC[10:]
    send_video(host.ingest, 0, b"\x17\0\0\0\0" + record)
    send_audio(host.ingest, 0, AUDIO_CONFIG)
    host.play(KEY_FRAME, PACKET)
    assert host.codes == {"video_profile_unsupported"}

    send_video(host.ingest, 0, VIDEO_CONFIG)
    assert host.codes == set()


def test_one_torn_packet_is_left_out_and_told_for_a_while(host: Host) -> None:
    send_video(host.ingest, 0, VIDEO_CONFIG)
    send_audio(host.ingest, 0, AUDIO_CONFIG)
    host.play(KEY_FRAME, PACKET, seconds=4)
    send_video(host.ingest, round(host.now * 1000) + 50, avc(LATER[:-3]))
    host.play(KEY_FRAME, PACKET, seconds=4)
    assert host.codes == {"video_packets_unreadable"}
    assert LATER[:-3] not in host.reel.files[0]

    host.play(KEY_FRAME, PACKET, seconds=3)
    assert host.codes == set()


@pytest.mark.parametrize(
    "messages",
    [
        [avc(SEI), avc(IDR, key=True)],
        [avc(SEI, key=True), avc(IDR, key=True)],
        [avc(DELIMITER), avc(SEI), avc(IDR, key=True)],
        [avc(EMPTY, IDR, EMPTY, key=True)],
        [avc(IDR + bytes(2), key=True)],
        [avc(EMPTY), avc(IDR, key=True), avc(EMPTY), avc(unit(0x0C, b"\xff\x80"))],
        [avc(IDR, key=True), avc(unit(0x65, b"\x30\x84 lower slice"), key=True)],
    ],
)
def test_every_picture_is_one_sample_however_it_is_sent(messages: list[bytes], host: Host) -> None:
    send_video(host.ingest, 0, VIDEO_CONFIG)
    for _ in range(50):
        host.now += 0.1
        for message in messages:
            send_video(host.ingest, round(host.now * 1000), message)

    video = host.ingest.health.read(host.now).video
    assert video is not None
    assert video.fps == pytest.approx(10.0, abs=0.1)
    assert video.keyframe_interval == pytest.approx(0.1)
    assert EMPTY + IDR not in host.reel.files[0] and IDR + EMPTY not in host.reel.files[0]
    assert host.codes == {"no_audio"}
    kept = b"".join(item[5:] for item in messages if b"lower slice" in item or SEI in item)
    assert kept in host.reel.files[0]


def test_listening_begins_with_the_first_media_and_not_with_the_admission(host: Host) -> None:
    """A camera that is slow to begin and sends sound first was taken for one without a picture."""
    host.now += 10

    send_video(host.ingest, 0, VIDEO_CONFIG)
    send_audio(host.ingest, 0, AUDIO_CONFIG)
    send_audio(host.ingest, 0, PACKET)
    assert not host.ingest.publishing
    host.play(KEY_FRAME, PACKET, seconds=2)

    assert [
        (tracks.video is not None, tracks.audio is not None) for tracks in host.reel.tracks
    ] == [(True, True)]


@pytest.mark.parametrize("sets", [(0x67, 0x68), (0x68, 0x67)], ids=["sequence", "picture"])
def test_parameter_set_longer_than_any_is_left_out(host: Host, sets: tuple[int, int]) -> None:
    ingest = host.connect()
    long, short = unit(sets[0], bytes(70_000)), unit(sets[1], b"\x64\0\x28")

    send_video(ingest, 1000, avc(long, short, IDR, key=True))

    assert host.codes == {"video_configuration_missing"}


def test_unit_that_waits_does_not_keep_the_packet_that_it_came_in() -> None:
    filler = unit(0x0C, bytes(1 << 20))
    packet = bytearray(SEI + filler)
    pictures = PictureAssembler()

    assert pictures.add(VideoFrame("h264", 0, 0, False, memoryview(packet)), None) is None

    # A buffer that somebody still reads cannot change its size (BufferError).
    packet.clear()
    picture = pictures.add(VideoFrame("h264", 40, 0, True, memoryview(IDR)), None)
    assert picture is not None and [bytes(piece) for piece in picture.pieces] == [SEI, IDR]
