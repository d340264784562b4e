"""What a restart reads back: never a number twice, never a discontinuity fewer, whatever the disk
did.
"""

from __future__ import annotations

import base64
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from showfloor.kit import clock
from showfloor.kit.recording import read_index
from showfloor.streaming.codecs import h264
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.ingest.anchor import Anchor
from showfloor.streaming.live.live_show import LiveShow
from showfloor.streaming.live.registry import ShowRegistry
from showfloor.streaming.packaging import cmaf
from showfloor.streaming.packaging.window import Part
from showfloor.streaming.recording import recorder
from showfloor.streaming.recording.recorder import Recorder, read_back
from tests.unit.streaming.ends import NobodyListens
from tests.unit.streaming.shows import simulcast_at
from tests.waiting import BOUND

VIDEO = h264.read_config(
    base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")
)
TRACKS = cmaf.Tracks(VIDEO, None)


class Disk:
    """One folder over several lives of the process."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "recordings" / "show_a"
        self.config = StreamingConfig("http://127.0.0.1:1", "x", root, window_segments=3)
        self.recorder = Recorder(root / "recordings")
        self.recorder.start()

    def open(self) -> LiveShow:
        """The show as it is after a (re)start, with a publisher who has settled."""
        self.settle()
        show = LiveShow(
            "show_a",
            self.config,
            [self.recorder.recording("show_a")],
            NobodyListens(),
            simulcast_at(self.config.data_dir),
        )
        recorded = read_back(self.folder, self.config.window_segments, self.config.window_bytes)
        if recorded is not None:
            show.restore(recorded, fresh=True)
        show.set_state("live")
        self.connect(show)
        return show

    def connect(self, show: LiveShow) -> None:
        anchor = Anchor(show.published_until)
        anchor.observe(0, clock.now().timestamp() * 1000)
        anchor.freeze(0)
        show.settled(anchor)

    def settle(self) -> None:
        """Everything that was given to the recorder is on disk, as far as it goes."""
        done = threading.Event()
        self.recorder.submit(done.set, 0)
        assert done.wait(BOUND)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path)
    yield made
    made.recorder.stop()


def play(show: LiveShow, *, width: int = 1920, complete: bool = True) -> None:
    """One segment of two seconds."""
    show.begin_segment(0, cmaf.Tracks(replace(VIDEO, width=width), None))
    show.add_part(Part(2000, True, b"x"))
    if complete:
        show.end_segment()


def numbers(show: LiveShow) -> dict[int, int]:
    """The discontinuity sequence number (RFC 8216bis §3) of each segment that the playlist
    shows.
    """
    view = show.view(preview=True)
    at, found = view.discontinuities_gone, {}
    for segment in view.segments:
        at += segment.discontinuity
        found[segment.msn] = at
    return found


def test_numbers_do_not_go_back_when_the_disk_was_full(disk: Disk) -> None:
    show = disk.open()
    play(show)
    disk.settle()
    index = disk.folder / "index.jsonl"
    before = index.read_bytes()
    index.unlink()
    index.symlink_to("/dev/full")
    for _ in range(3):
        play(show)
    disk.settle()
    index.unlink()
    index.write_bytes(before)

    assert disk.open().window.next_msn == 4


def test_what_is_kept_free_is_not_recorded_to_and_recording_goes_on_when_there_is_room(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [8 << 20]
    usage = shutil.disk_usage(disk.folder.anchor)
    monkeypatch.setattr(recorder.shutil, "disk_usage", lambda _: usage._replace(free=free[0]))
    disk.recorder.stop()
    disk.recorder = Recorder(disk.recorder.root, reserve=8 << 20)
    disk.recorder.start()
    show = disk.open()
    said = []
    for now in (8 << 20, (8 << 20) - 1, 8 << 20, 9 << 20):
        free[0] = now
        play(show, width=1280 if len(said) else 1920)
        disk.settle()
        said.append(disk.recorder.problem)

    assert said == [None, recorder.DISK_FULL, recorder.DISK_FULL, None]
    assert [line.msn for line in read_index(disk.folder).segments] == [0, 3]
    # The second picture's init segment was refused with its first segment, and came later.
    recorded = read_back(disk.folder, 1, 1 << 20)
    assert recorded is not None
    assert [(segment.msn, init.name) for segment, init in recorded.segments] == [
        (3, read_index(disk.folder).segments[-1].init)
    ]


def test_a_completed_number_is_taken_without_its_open_line(disk: Disk) -> None:
    play(disk.open())
    disk.settle()
    index = disk.folder / "index.jsonl"
    line = json.loads(index.read_text().splitlines()[-1])
    index.write_text(index.read_text() + json.dumps({**line, "msn": 7}) + "\n")

    recorded = read_back(disk.folder, 3, 1 << 20)

    assert recorded is not None and recorded.next_msn == 8


def test_a_torn_line_does_not_swallow_the_next(disk: Disk) -> None:
    show = disk.open()
    play(show)
    disk.settle()
    with (disk.folder / "index.jsonl").open("a") as index:
        index.write('{"open":1,"sta')
    play(show)
    disk.settle()

    recorded = read_back(disk.folder, 3, 1 << 20)

    assert recorded is not None and [segment.msn for segment, _ in recorded.segments] == [0, 1]


def test_lines_that_are_no_ours_are_skipped(disk: Disk) -> None:
    play(disk.open())
    disk.settle()
    with (disk.folder / "index.jsonl").open("a") as index:
        index.write(
            '{"msn":9}\n{"open":"x"}\n[]\n{"msn":10,"start":"then","duration":1,"init":"","codecs":""}\n'
        )

    recorded = read_back(disk.folder, 3, 1 << 20)

    assert recorded is not None and recorded.next_msn == 1


@pytest.mark.parametrize("lost", [0, 1, 2, 6])
def test_discontinuity_numbers_survive_a_restart(lost: int, disk: Disk) -> None:
    """Whether segments left the window before, stand in it, or were lost: each keeps the number
    that players know.
    """
    show = disk.open()
    for width in (640, 1920, 640, 640, 640):
        play(show, width=width)
    for number in range(lost):
        if number == 0:
            disk.connect(show)
        play(show, width=640 + number % 2, complete=False)
    before, gone = numbers(show), show.view(preview=True).discontinuities_gone
    assert max(before.values()) >= 2

    again = disk.open()

    after = numbers(again)
    assert again.window.discontinuities == show.window.discontinuities
    assert again.view(preview=True).discontinuities_gone >= gone
    assert {msn: after[msn] for msn in before.keys() & after.keys()} == {
        msn: before[msn] for msn in before.keys() & after.keys()
    }


def test_a_fault_in_a_write_does_not_end_recording(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    disk.recorder.submit(lambda: [][1], 0)

    disk.settle()

    assert disk.recorder.lost == 1
    disk.recorder.stop()


def test_a_full_disk_is_said_once_though_lines_still_fit(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    show = disk.open()
    for msn in range(3):
        (disk.folder / f".{msn}.m4s.part").mkdir(parents=True)
        play(show)
    disk.settle()

    assert disk.recorder.lost == 3
    assert caplog.text.count("recording is losing segments") == 1


def test_init_segment_that_did_not_fit_is_written_with_the_next_segment(disk: Disk) -> None:
    show = disk.open()
    name = cmaf.init_segment(TRACKS).name
    obstacle = disk.folder / f".{name}.part"
    obstacle.mkdir(parents=True)
    play(show)
    disk.settle()
    assert not (disk.folder / name).exists()
    obstacle.rmdir()

    play(show)
    disk.settle()

    assert (disk.folder / name).read_bytes() == cmaf.init_segment(TRACKS).data
    recorded = read_back(disk.folder, 3, 1 << 20)
    assert recorded is not None and [segment.msn for segment, _ in recorded.segments] == [0, 1]


def test_a_disk_that_hangs_does_not_hold_up_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_STOP_SECONDS", 0.1)
    disk, hangs = Disk(tmp_path), threading.Event()
    for _ in range(1000):
        disk.recorder.submit(lambda: hangs.wait(BOUND) and None, 0)

    stopping = threading.Thread(target=disk.recorder.stop)
    stopping.start()
    stopping.join(BOUND)

    assert not stopping.is_alive()
    hangs.set()


def test_folders_that_are_no_shows_are_not_restored(disk: Disk) -> None:
    play(disk.open())
    disk.settle()
    for name in ("show_a copy", "backup", "show_a.old"):
        disk.folder.with_name(name).symlink_to(disk.folder)
    shows = ShowRegistry(disk.config, None, disk.recorder, NobodyListens())  # type: ignore[arg-type]

    shows.restore()

    assert [
        shows.find(name) is not None for name in ("show_a", "show_a copy", "backup", "show_a.old")
    ] == [True, False, False, False]
