"""What an ingest says of media that it cannot use."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.ingest import Ingest
from tests.unit.streaming.ends import Reel, ingest_into, send_audio, send_video

AVCC = base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
VIDEO_CONFIG, AUDIO_CONFIG = b"\x17\0\0\0\0" + AVCC, b"\xaf\0\x11\x90"
KEY_FRAME, PACKET = b"\x17\x01\0\0\0picture", b"\xaf\x01sound"
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
        return {warning["code"] for warning in self.ingest.health.as_json(self.now)["warnings"]}


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
        (None, MP3, {"audio_codec_unsupported"}),
        (HEVC, MP3, {"video_codec_unsupported", "audio_codec_unsupported"}),
        (KEY_FRAME, None, {"no_audio"}),
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
