"""A film as the recording of a show: cut by the real packager and written by the real recorder, as
fast as the machine can, without re-encoding.

ffmpeg takes the file apart as a program of its own; what it writes is the same FLV that a camera
sends.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from showfloor.kit import clock, recording
from showfloor.kit.errors import AppError
from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.anchor import Anchor
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.packaging.audio import Packet
from showfloor.streaming.packaging.cmaf import InitSegment, Tracks
from showfloor.streaming.packaging.packager import Frame, Packager
from showfloor.streaming.packaging.window import Segment
from showfloor.streaming.push.simulcast import SimulcastFactory
from showfloor.streaming.recording.recorder import Recorder
from showfloor.streaming.rtmp import chunks, flv

INGEST = "import"
"""In place of a camera's ingest."""
_HEAD = 13
"""Bytes before the first tag (FLV 10.1 §E.2)."""
_LOOKED_AT = 400
"""Tags in which both tracks must have shown themselves."""


class RecordingUnreadable(AppError):
    """The file is no film, or a broken one."""

    code = "recording_unreadable"
    status = 422


class RecordingCodecUnsupported(AppError):
    code = "recording_codec_unsupported"
    status = 422


class RecordingExists(AppError):
    code = "recording_exists"
    status = 409


@dataclass(frozen=True, slots=True)
class ImportedRecording:
    """When the show was on, by its own clock, and its picture's width and height in pixels."""

    began_at: datetime
    ended_at: datetime
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Tag:
    kind: int
    time: int
    body: bytes


def write_recording(
    file: Path, data: Path, show_id: str, *, starts_at: datetime | None = None
) -> ImportedRecording:
    """Write the folder of a show's recording; it appears whole, or not at all. The show must not be
    over: what an import wrote that was killed before its show had ended is replaced.

    It began when it was announced for (`starts_at`); where that would make it end in the future, or
    nothing was announced, it ends now.

    Raises RecordingUnreadable, RecordingCodecUnsupported, RecordingExists.
    """
    target = data / recording.FOLDER / show_id
    if any(line.ingest != INGEST for line in recording.read_index(target).opened):
        raise RecordingExists
    latest = clock.now() - timedelta(milliseconds=_last(file))
    began = min(starts_at or latest, latest)
    # Beside the recordings, which the media server looks through when it starts.
    beside = data / "imports"
    shutil.rmtree(beside / show_id, ignore_errors=True)
    try:
        taken = _Import(data, beside, show_id, began)
        ended = taken.run(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        (beside / show_id).rename(target)
    finally:
        shutil.rmtree(beside / show_id, ignore_errors=True)
    return ImportedRecording(began, ended, *taken.size)


def _last(file: Path) -> int:
    """Milliseconds of the last packet; refuses what cannot be packaged before anything is
    written.
    """
    found: dict[int, str] = {}
    last = 0
    for number, tag in enumerate(_tags(file)):
        last = max(last, tag.time)
        if number < _LOOKED_AT:
            found.setdefault(tag.kind, _codec(tag))
    for kind, wanted in ((chunks.VIDEO, "h264"), (chunks.AUDIO, "aac")):
        if found.get(kind, wanted) != wanted:
            raise RecordingCodecUnsupported(codec=found[kind])
    if chunks.VIDEO not in found:
        raise RecordingUnreadable
    return last


def _codec(tag: _Tag) -> str:
    read = flv.read_video(tag.body) if tag.kind == chunks.VIDEO else flv.read_audio(tag.body)
    return read.codec if read is not None else "unknown"


def _tags(file: Path) -> Iterator[_Tag]:
    """The packets of a film in decode order, its first picture and first sound alone."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(file)]
    command += ["-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-f", "flv"]
    # What FLV cannot carry at all is refused by ffmpeg itself.
    process = subprocess.Popen([*command, "-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        yield from _read(process.stdout)
        if process.wait() != 0:
            raise RecordingUnreadable
    finally:
        process.kill()
        process.wait()


def _read(stream: IO[bytes]) -> Iterator[_Tag]:
    if len(stream.read(_HEAD)) < _HEAD:
        raise RecordingUnreadable
    while len(head := stream.read(11)) == 11:
        time = int.from_bytes(head[4:7], "big") | head[7] << 24
        body = stream.read(int.from_bytes(head[1:4], "big"))
        stream.read(4)
        if head[0] in (chunks.AUDIO, chunks.VIDEO):
            yield _Tag(head[0], time, body)


class _Import:
    """One film through packager and recorder. It is the SegmentSink behind its own show, so that no
    segment waits in the recorder's queue, which drops what a disk is too slow for.
    """

    def __init__(self, data: Path, folder: Path, show_id: str, began: datetime) -> None:
        self._config = StreamingConfig("", "", data)
        self._recorder = Recorder(folder)
        self._recording = self._recorder.recording(show_id)
        self._show = LiveShow(
            show_id,
            self._config,
            [self],
            _NobodyListens(),
            SimulcastFactory(self._config, lambda: None)(),
        )
        self._show.set_state("live")
        anchor = Anchor(0.0)
        anchor.observe(0, began.timestamp() * 1000)
        anchor.freeze(0)
        self._show.settled(anchor)
        self._packager = Packager(
            self._show,
            part_target=self._config.longest_part_ms,
            segment_target=self._config.segment_target_ms,
            segment_cap=self._config.segment_cap_ms,
        )
        self._video: h264.VideoConfig | None = None
        self._audio: aac.AudioConfig | None = None
        self._started = False

    def run(self, file: Path) -> datetime:
        """When it ends, on the show clock."""
        self._recorder.start()
        try:
            for tag in _tags(file):
                self._take(tag)
            self._packager.finish()
            self._recording.end()
        except h264.ConfigError:
            raise RecordingUnreadable from None
        finally:
            self._recorder.stop()
        if self._recorder.lost:
            raise OSError("the disk did not take the recording")
        if not self._show.window.listed:
            raise RecordingUnreadable
        return clock.from_milliseconds(self._show.window.end)

    @property
    def size(self) -> tuple[int, int]:
        return (self._video.width, self._video.height) if self._video else (0, 0)

    def _take(self, tag: _Tag) -> None:
        if tag.kind == chunks.VIDEO:
            self._take_video(tag)
        else:
            self._take_audio(tag)

    def _take_video(self, tag: _Tag) -> None:
        read = flv.read_video(tag.body)
        if read is None or read.packet is flv.OTHER:
            return
        if read.packet is flv.CONFIG:
            self._video = h264.read_config(tag.body[read.offset :])
        elif self._video is not None:
            self._start()
            payload = memoryview(tag.body)[read.offset :]
            frame = Frame(tag.time, read.composition, read.key, [payload])
            self._packager.video(frame, self._video)

    def _take_audio(self, tag: _Tag) -> None:
        read = flv.read_audio(tag.body)
        if read is None or read.packet is flv.OTHER:
            return
        if read.packet is flv.CONFIG:
            # From a transport stream an empty one comes first.
            with contextlib.suppress(aac.ConfigError):
                self._audio = aac.read_config(tag.body[read.offset :])
        elif self._audio is not None and self._started:
            self._packager.audio(Packet(tag.time, memoryview(tag.body)[read.offset :]), self._audio)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._packager.start(Tracks(self._video, self._audio))

    # SegmentSink

    def begin(
        self, segment: Segment, init: InitSegment, ingest_id: str, discontinuities: int
    ) -> None:
        self._recording.begin(segment, init, INGEST, discontinuities)

    def complete(self, segment: Segment) -> None:
        self._recording.complete(segment)
        written = threading.Event()
        self._recorder.submit(written.set, 0)
        written.wait()

    def end(self) -> None:
        self._recording.end()


class _NobodyListens:
    """A ShowListener: nobody watches an import."""

    def show_changed(self, show: LiveShow) -> None: ...
    def show_forgotten(self, show: LiveShow) -> None: ...
    def signal_changed(self) -> None: ...
