"""Both ends of an ingest for tests: FLV bodies in, parts out."""

from __future__ import annotations

from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.anchor import Anchor
from showfloor.streaming.ingest.ingest import Ingest
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.packaging import cmaf
from showfloor.streaming.packaging.packager import Packager
from showfloor.streaming.packaging.window import Part
from showfloor.streaming.ports import MediaSink
from showfloor.streaming.rtmp import chunks, media


class NobodyListens:
    """A ShowListener for shows that nobody watches."""

    def show_changed(self, show: LiveShow) -> None: ...
    def show_forgotten(self, show: LiveShow) -> None: ...
    def signal_changed(self) -> None: ...


class Reel:
    """Listens to an ingest and keeps every part, split by init segment."""

    def __init__(self) -> None:
        self.inits: list[str] = []
        self.tracks: list[cmaf.Tracks] = []
        self.files: list[bytearray] = []
        self.parts: list[list[Part]] = []
        self.starts: list[int] = []

    def settled(self, anchor: Anchor) -> None: ...

    def ingest_closed(self, ingest: Ingest, problem: str | None) -> None: ...

    def begin_segment(self, start: int, tracks: cmaf.Tracks) -> None:
        init = cmaf.init_segment(tracks)
        if not self.inits or self.inits[-1] != init.name:
            self.inits.append(init.name)
            self.tracks.append(tracks)
            self.files.append(bytearray(init.data))
        self.parts.append([])
        self.starts.append(start)

    def add_part(self, part: Part) -> None:
        self.files[-1] += part.data
        self.parts[-1].append(part)

    def end_segment(self) -> None: ...

    def published(self) -> None: ...

    @property
    def seconds(self) -> float:
        """Of media, all segments together."""
        return sum(part.duration for segment in self.parts for part in segment) / 1000


def ingest_into(reel: Reel, config: StreamingConfig) -> Ingest:
    """An ingest with a packager behind it, as the registry makes them."""
    packager = Packager(
        reel,
        part_target=config.longest_part_ms,
        segment_target=config.segment_target_ms,
        segment_cap=config.segment_cap_ms,
    )
    return Ingest(config, reel, [packager], "ingest_test", 0.0)


def unit(header: int, body: bytes) -> bytes:
    """A NAL unit with its length in four bytes."""
    return (len(body) + 1).to_bytes(4, "big") + bytes([header]) + body


IDR = unit(0x65, b"\x88\x84 a whole picture of intra slices")
LATER = unit(0x41, b"\x9a\x24 a picture that needs the one before")
SEI = unit(0x06, b"\x05\x18 sixteen bytes idtelemetr\x80")
DELIMITER = unit(0x09, b"\xf0")
EMPTY = bytes(4)


def avc(*units: bytes, key: bool = False, composition: int = 0) -> bytes:
    """An FLV video body."""
    return bytes([0x17 if key else 0x27, 1]) + composition.to_bytes(3, "big") + b"".join(units)


def send_video(sink: MediaSink, time: int, body: bytes) -> None:
    """An RTMP video message at `time` ms."""
    media.hand_on(chunks.Message(chunks.VIDEO, 1, time & 0xFFFFFFFF, body), sink)


def send_audio(sink: MediaSink, time: int, body: bytes) -> None:
    """An RTMP audio message at `time` ms."""
    media.hand_on(chunks.Message(chunks.AUDIO, 1, time & 0xFFFFFFFF, body), sink)
