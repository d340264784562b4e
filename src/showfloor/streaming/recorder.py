"""Segments to disk, from the first day: the replay is built on them, and a restart continues from them.

`recordings/{show_id}/` holds `init-{hash}.mp4`, `{msn}.m4s` and `index.jsonl`, which only grows. One thread writes; its queue is
bounded, and a disk that is slow or full costs recording, never the live show.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showfloor.streaming.cmaf import InitSegment
from showfloor.streaming.window import Part, Segment

log = logging.getLogger("showfloor.streaming.recorder")

_QUEUE_JOBS = 256
_QUEUE_BYTES = 64 << 20


class Recorder:
    """The writing thread, shared by all shows."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lost = 0
        """Writes that did not happen, since the start."""
        self._jobs: queue.Queue[tuple[Callable[[], None], int] | None] = queue.Queue(maxsize=_QUEUE_JOBS)
        self._queued = 0
        self._lock = threading.Lock()
        self._failing = False
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end. Blocks; at most a few seconds on a disk that works."""
        self._jobs.put(None)
        self._thread.join(timeout=10)

    def recording(self, show_id: str) -> Recording:
        return Recording(self, self.root / show_id)

    def submit(self, job: Callable[[], None], size: int) -> None:
        """Queue one write. Never blocks: a full queue drops it."""
        with self._lock:
            if self._queued + size > _QUEUE_BYTES or self._jobs.full():
                self._fail("the disk is too slow")
                return
            self._queued += size
        self._jobs.put_nowait((job, size))

    def _work(self) -> None:
        while (item := self._jobs.get()) is not None:
            job, size = item
            try:
                job()
                self._failing = False
            except OSError as problem:
                self._fail(str(problem.strerror))
            finally:
                with self._lock:
                    self._queued -= size

    def _fail(self, reason: str) -> None:
        self.lost += 1
        if not self._failing:
            log.error("recording is losing segments reason=%s", reason)
        self._failing = True


class Recording:
    """One show's folder. A segment stands in the index once its bytes are on disk."""

    def __init__(self, recorder: Recorder, folder: Path) -> None:
        self._recorder = recorder
        self._folder = folder
        self._inits: set[str] = set()

    def begin(self, segment: Segment, init: InitSegment, ingest_id: str) -> None:
        """Note that a number is taken, so that no restart gives it to other bytes, and keep the init segment."""
        if init.name not in self._inits:
            self._inits.add(init.name)
            self._recorder.submit(lambda: self._write(init.name, [init.data]), len(init.data))
        self._note({"open": segment.msn, "start": round(segment.start, 3), "ingest": ingest_id})

    def complete(self, segment: Segment) -> None:
        parts = [part.data for part in segment.parts]
        line = {
            "msn": segment.msn,
            "start": round(segment.start, 3),
            "duration": segment.duration,
            "init": segment.init,
            "codecs": segment.codecs,
            "size": segment.size_in_pixels,
            "discontinuity": segment.discontinuity,
            "preview": segment.preview,
            "bytes": segment.size,
        }

        def write() -> None:
            self._write(f"{segment.msn}.m4s", parts)
            self._append(line)

        self._recorder.submit(write, segment.size)

    def end(self) -> None:
        self._note({"ended": True})

    def _note(self, line: dict[str, Any]) -> None:
        self._recorder.submit(lambda: self._append(line), 0)

    def _append(self, line: dict[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "index.jsonl").open("ab") as index:
            index.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")

    def _write(self, name: str, pieces: Sequence[bytes]) -> None:
        """A file is whole or not there: written beside, then renamed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{name}.part"
        try:
            with beside.open("wb") as file:
                file.writelines(pieces)
            beside.replace(self._folder / name)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a show's folder says about where it stopped."""

    next_msn: int
    end: float
    """Epoch ms up to which the show was published."""
    ingest_id: str
    discontinuities: int
    """Discontinuity tags of all segments before the first of `segments`."""
    segments: list[tuple[Segment, InitSegment]]
    ended: bool


def read_back(folder: Path, count: int, limit: int) -> Recorded | None:
    """Where to continue, with the last `count` segments, at most `limit` bytes. None when nothing was recorded."""
    lines = _read_index(folder)
    taken = [line for line in lines if isinstance(line.get("open"), int)]
    if not taken:
        return None
    complete = [line for line in lines if isinstance(line.get("msn"), int)]
    segments = _read_segments(folder, complete[-count:], limit)
    first = segments[0][0].msn if segments else taken[-1]["open"] + 1
    ends = [float(line["start"]) + float(line["duration"]) for line in complete]
    return Recorded(
        next_msn=max(line["open"] for line in taken) + 1,
        end=max([*ends, float(taken[-1]["start"])]),
        ingest_id=str(taken[-1].get("ingest", "")),
        discontinuities=sum(bool(line.get("discontinuity")) for line in complete if line["msn"] < first),
        segments=segments,
        ended=any(line.get("ended") for line in lines[-3:]),
    )


def _read_index(folder: Path) -> list[dict[str, Any]]:
    """Lines of the index; one torn by a crash is skipped."""
    try:
        raw = (folder / "index.jsonl").read_bytes()
    except OSError:
        return []
    lines = []
    for text in raw.split(b"\n"):
        try:
            line = json.loads(text) if text else None
        except ValueError:
            continue
        if isinstance(line, dict):
            lines.append(line)
    return lines


def _read_segments(folder: Path, lines: list[dict[str, Any]], limit: int) -> list[tuple[Segment, InitSegment]]:
    """The newest segments without a hole between them, oldest first."""
    found: list[tuple[Segment, InitSegment]] = []
    for line in reversed(lines):
        try:
            data = (folder / f"{line['msn']}.m4s").read_bytes()
            init = InitSegment(line["init"], (folder / Path(line["init"]).name).read_bytes())
        except OSError:
            break
        limit -= len(data)
        if limit < 0 or (found and found[-1][0].msn != line["msn"] + 1):
            break
        size = line.get("size")
        segment = Segment(
            line["msn"], line["start"], line["init"], line["codecs"], line["discontinuity"], line["preview"], tuple(size) if size else None
        )
        segment.add(Part(line["duration"], True, data))
        found.append((segment, init))
    return found[::-1]
