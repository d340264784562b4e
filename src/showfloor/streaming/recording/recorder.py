"""Segments to disk, from the first day: the replay is built on them, and a restart continues from
them (`kit/recording.py` has the format).

One thread writes; its queue is bounded, and a disk that is slow or full costs recording, never the
live show.
"""

from __future__ import annotations

import errno
import logging
import os
import queue
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from showfloor.kit import recording
from showfloor.kit.recording import OpenLine, SegmentLine, read_index, segment_name
from showfloor.streaming.packaging.cmaf import InitSegment
from showfloor.streaming.packaging.window import Part, Segment

log = logging.getLogger("showfloor.streaming.recording")

_QUEUE_JOBS = 256
_QUEUE_BYTES = 64 << 20
_STOP_SECONDS = 10.0
DISK_FULL, FAILING = "recording_disk_full", "recording_failing"
"""Codes of warnings."""


class DiskReserved(OSError):
    """What is left of the disk is not for recordings."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "the disk is nearly full")


class Recorder:
    """The writing thread, shared by all shows. It leaves `reserve` bytes of the disk free."""

    def __init__(self, root: Path, *, reserve: int = 0) -> None:
        self.root = root
        self._reserve = reserve
        self.lost = 0
        """Writes that did not happen, since the start."""
        self._jobs: queue.SimpleQueue[tuple[Callable[[], None], int] | None] = queue.SimpleQueue()
        self._queued = 0
        self._lock = threading.Lock()
        self._failing = False
        self.problem: str | None = None
        """Why segments are being lost: a warning's code."""
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end. Blocks, but not for long: a disk that hangs does not hold
        up the end of the process.
        """
        self._jobs.put(None)
        self._thread.join(timeout=_STOP_SECONDS)
        if self._thread.is_alive():
            log.error("recording ends with writes undone jobs=%d", self._jobs.qsize())

    def recording(self, show_id: str) -> Recording:
        return Recording(self, self.root / show_id)

    def submit(self, job: Callable[[], None], size: int) -> bool:
        """Queue one write. Never blocks: a full queue drops it, which is False."""
        with self._lock:
            if self._queued + size > _QUEUE_BYTES or self._jobs.qsize() >= _QUEUE_JOBS:
                self._fail("the disk is too slow")
                return False
            self._queued += size
        self._jobs.put((job, size))
        return True

    def _work(self) -> None:
        while (item := self._jobs.get()) is not None:
            job, size = item
            try:
                job()
                # A line of the index may still fit where a segment does not.
                if size:
                    self._failing, self.problem = False, None
            except OSError as problem:
                full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
                self._fail(str(problem.strerror), DISK_FULL if full else FAILING)
            except Exception:
                log.exception("recording failed")
                self._fail("a fault of ours")
            finally:
                with self._lock:
                    self._queued -= size

    def check_room(self) -> None:
        """In the thread that writes. Raises DiskReserved. What stopped starts again when there is
        clearly room.
        """
        if not self._reserve:
            return
        self.root.mkdir(parents=True, exist_ok=True)
        wanted = self._reserve * 9 // 8 if self.problem == DISK_FULL else self._reserve
        if shutil.disk_usage(self.root).free < wanted:
            raise DiskReserved

    def _fail(self, reason: str, problem: str = FAILING) -> None:
        self.lost += 1
        self.problem = problem
        if not self._failing:
            log.error("recording is losing segments reason=%s", reason)
        self._failing = True


class Recording:
    """One show's folder. A segment stands in the index once its bytes are on disk."""

    def __init__(self, recorder: Recorder, folder: Path) -> None:
        self._recorder = recorder
        self._folder = folder
        self._inits: set[str] = set()
        """Init segments that are on disk, or on their way to it."""

    def begin(
        self, segment: Segment, init: InitSegment, ingest_id: str, discontinuities: int
    ) -> None:
        """Note that a number is taken, so that no restart gives it to other bytes, and keep the
        init segment.

        `discontinuities` are the tags of the show up to and with this segment.
        """
        if init.name not in self._inits:
            # Before the write, which may have failed by the time that it is known to be queued.
            self._inits.add(init.name)
            if not self._recorder.submit(lambda: self._keep(init), len(init.data)):
                self._inits.discard(init.name)
        line = OpenLine(
            open=segment.msn,
            start=round(segment.start, 3),
            ingest=ingest_id,
            discontinuity=segment.discontinuity,
            discontinuities=discontinuities,
        )

        def note() -> None:
            self._overwrite(recording.encode_newest(line))
            self._append(recording.encode(line))

        self._recorder.submit(note, 0)

    def complete(self, segment: Segment) -> None:
        parts = [part.data for part in segment.parts]
        line = SegmentLine(
            msn=segment.msn,
            start=round(segment.start, 3),
            duration=segment.duration,
            init=segment.init,
            codecs=segment.codecs,
            size=list(segment.size_in_pixels) if segment.size_in_pixels else None,
            discontinuity=segment.discontinuity,
            preview=segment.preview,
            independent=segment.independent,
            bytes=segment.size,
        )

        def write() -> None:
            self._write(line.name, parts)
            self._append(recording.encode(line))

        self._recorder.submit(write, segment.size)

    def end(self) -> None:
        self._recorder.submit(lambda: self._append(recording.ENDED), 0)

    def _keep(self, init: InitSegment) -> None:
        """When this fails the next segment tries again: without it none of them plays."""
        try:
            self._write(init.name, [init.data])
        except OSError:
            self._inits.discard(init.name)
            raise

    def _append(self, line: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / recording.INDEX).open("a+b") as index:
            # A line that a crash or a full disk tore must not swallow this one.
            torn = index.tell() > 0 and index.seek(-1, os.SEEK_END) >= 0 and index.read(1) != b"\n"
            index.write(b"\n" * torn + line + b"\n")

    def _overwrite(self, line: bytes) -> None:
        """In place, without a moment at which the file is empty."""
        self._folder.mkdir(parents=True, exist_ok=True)
        newest = os.open(self._folder / recording.NEWEST, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(newest, line, 0)
        finally:
            os.close(newest)

    def _write(self, name: str, pieces: Sequence[bytes]) -> None:
        """A file is whole or not there: written beside, then renamed."""
        self._recorder.check_room()
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{name}.part"
        try:
            with beside.open("wb") as file:
                file.writelines(pieces)
            beside.replace(self._folder / name)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


RecordedSegment = tuple[Segment, InitSegment]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a show's folder says about where it stopped."""

    next_msn: int
    end: float
    """Epoch ms up to which the show was published."""
    ingest_id: str
    discontinuities: int
    """Discontinuity tags of all segments that ever began."""
    discontinuous: frozenset[int]
    """Numbers of the segments that had one."""
    segments: list[RecordedSegment]
    ended: bool


def read_back(folder: Path, count: int, limit: int) -> Recorded | None:
    """Where to continue, with the last `count` segments, at most `limit` bytes.

    None when nothing was recorded.
    """
    index = read_index(folder)
    if not index.opened:
        return None
    newest = max(index.opened, key=lambda line: line.open)
    complete = index.segments
    marked = {line.open for line in index.opened if line.discontinuity}
    marked |= {line.msn for line in complete if line.discontinuity}
    return Recorded(
        next_msn=max([newest.open, *(line.msn for line in complete)]) + 1,
        end=max([*(line.end for line in complete), newest.start]),
        ingest_id=newest.ingest,
        discontinuities=max(len(marked), newest.discontinuities),
        discontinuous=frozenset(marked),
        segments=_read_segments(folder, complete[-count:], limit),
        ended=index.ended,
    )


def _read_segments(
    folder: Path, lines: list[SegmentLine], limit: int
) -> list[tuple[Segment, InitSegment]]:
    """The newest segments without a hole between them, oldest first."""
    found: list[tuple[Segment, InitSegment]] = []
    for line in reversed(lines):
        try:
            data = (folder / segment_name(line.msn)).read_bytes()
            init = InitSegment(line.init, (folder / Path(line.init).name).read_bytes())
        except OSError:
            break
        limit -= len(data)
        if limit < 0 or (found and found[-1][0].msn != line.msn + 1):
            break
        segment = Segment(
            line.msn,
            line.start,
            line.init,
            line.codecs,
            line.discontinuity,
            line.preview,
            (line.size[0], line.size[1]) if line.size else None,
        )
        segment.add(Part(line.duration, line.independent, data))
        found.append((segment, init))
    return found[::-1]
