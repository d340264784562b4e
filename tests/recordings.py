"""Recordings as the media server leaves them, made in this process on a clock that the test moves:
ten minutes without a camera take no time.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.kit.recording import SegmentLine, read_index
from showfloor.replays import playlist
from showfloor.replays.rules import visible_segments
from showfloor.replays.types import Cut
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.ports import LetGo, MediaSink
from showfloor.streaming.recording.recorder import Recorder
from showfloor.streaming.rtmp import chunks, media
from tests.integration.streaming.peers import Tag
from tests.unit.streaming.shows import Heard, Web, config_at
from tests.waiting import BOUND


@dataclass
class Clock:
    """Both clocks of the process, since the beginning."""

    seconds: float = 0.0


class Filming:
    """A camera, and the process that records it."""

    def __init__(self, clock: Clock, data: Path, show: str) -> None:
        self.clock = clock
        self.folder = data / "recordings" / show
        self._data, self._show = data, show
        self._web = Web()
        self._web.allow("key", show)
        self._start()

    def _start(self) -> None:
        self._recorder = Recorder(self._data / "recordings")
        self._recorder.start()
        self.shows = ShowRegistry(config_at(self._data), self._web, self._recorder, Heard())
        self.shows.restore()

    async def film(self, tags: Iterable[Tag], *, then_crash: bool = False) -> None:
        """The camera connects, sends these and goes; or the process is killed with it."""
        sink: MediaSink = await self.shows.authorize("key", _nobody_closes)
        began = self.clock.seconds
        for tag in tags:
            self.clock.seconds = began + tag.time / 1000
            media.hand_on(chunks.Message(tag.kind, 1, tag.time, tag.body), sink)
            self._written()
        if then_crash:
            self._recorder.stop()
            self._start()
        else:
            sink.closed()
        self._written()

    def away(self, seconds: float) -> None:
        """Nothing comes, and the process looks at its clock as it does each second."""
        self.clock.seconds += seconds
        self.shows.forget_old()

    def end(self) -> None:
        show = self.shows.find(self._show)
        assert show is not None
        self.shows.put_state(show, "ended")
        self._recorder.stop()

    def _written(self) -> None:
        written = threading.Event()
        self._recorder.submit(written.set, 0)
        assert written.wait(BOUND)


def _nobody_closes(reason: LetGo) -> None: ...


@contextlib.contextmanager
def filming(data: Path, show: str = "show_a") -> Iterator[Filming]:
    """The process has the test's clock for the length of the block."""
    began, hands = clock.now(), Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "monotonic", lambda: 1000.0 + hands.seconds)
        with clock.use(lambda: began + timedelta(seconds=hands.seconds)):
            yield Filming(hands, data, show)


def write_playlists(folder: Path) -> list[SegmentLine]:
    """A replay's playlists beside what was recorded, as `replays` writes them; what they list."""
    visible = visible_segments(read_index(folder).segments, Cut())
    (folder / playlist.MEDIA).write_text(playlist.media(visible, []))
    (folder / playlist.MULTIVARIANT).write_text(playlist.multivariant(visible))
    return visible
