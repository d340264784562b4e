"""Recordings that something interrupted: one continuous replay each, with honest gaps, that players
and parsers accept.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import av
import m3u8
import pytest

from showfloor.kit.recording import SegmentLine, read_index
from showfloor.replays.rules import gaps_between
from showfloor.replays.types import Cut
from tests.integration.streaming.conftest import clip, publish, streaming, tags, web
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag
from tests.recordings import filming, write_playlists
from tests.waiting import until

__all__ = ["clip", "publish", "streaming", "tags", "web"]
Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]
FRAMES_OF_PLAIN = 270
SETTLING = 0.1
"""Seconds by which the show clock may be wrong about an absence."""


def accepted(folder: Path) -> list[SegmentLine]:
    """The segments of the replay, which ffprobe, an independent parser and a decoder accept."""
    listed = write_playlists(folder)
    text = (folder / "media.m3u8").read_text()
    parsed = m3u8.loads(text)
    moments = [segment.program_date_time for segment in parsed.segments]
    assert parsed.is_endlist and parsed.playlist_type == "vod"
    assert [segment.uri for segment in parsed.segments] == [line.name for line in listed]
    assert None not in moments and moments == sorted(moments)  # type: ignore[type-var] # none is None
    assert all(round(segment.duration) <= parsed.target_duration for segment in parsed.segments)
    assert m3u8.loads((folder / "index.m3u8").read_text()).playlists[0].uri == "media.m3u8"
    probe(folder / "index.m3u8")
    return listed


def probe(address: Path) -> None:
    """ffprobe reads it to its end without a word, or PyAV does where there is none."""
    if shutil.which("ffprobe") is None:
        with av.open(str(address), options={"allowed_extensions": "ALL"}) as media:
            assert any(media.demux(video=0))
        return
    command = ["ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-count_packets"]
    command += ["-show_entries", "stream=codec_name,nb_read_packets", "-of", "csv=p=0"]
    found = subprocess.run([*command, str(address)], capture_output=True, text=True, check=True)
    assert "h264" in found.stdout
    # ffmpeg's own demuxer says so of every playlist with two init segments.
    said = [line for line in found.stderr.splitlines() if "duplicated MOOV" not in line]
    assert said == []


def frames(folder: Path, listed: list[SegmentLine]) -> int:
    """How many pictures can be decoded, each segment behind its init segment alone."""
    count = 0
    for line in listed:
        data = (folder / line.init).read_bytes() + (folder / line.name).read_bytes()
        with av.open(io.BytesIO(data)) as media:
            count += sum(1 for _ in media.decode(video=0))
    return count


def gaps(listed: list[SegmentLine]) -> list[tuple[float, float]]:
    """Seconds into the replay, and seconds away."""
    return [(gap.at_ms / 1000, gap.away_ms / 1000) for gap in gaps_between(listed, Cut())]


@pytest.mark.parametrize("seconds", [2, 60, 600, 4000])
async def test_camera_that_was_away_leaves_one_replay_with_a_gap_of_that_length(
    seconds: int, tmp_path: Path, tags: Tags
) -> None:
    with filming(tmp_path) as show:
        await show.film(tags("plain"))
        at_home = show.shows.find("show_a")
        show.away(seconds)
        assert show.shows.find("show_a") is at_home, "its viewers wait at the same address"
        await show.film(tags("plain"))
        show.end()

    listed = accepted(show.folder)
    assert gaps(listed) == [
        (pytest.approx(9, abs=SETTLING), pytest.approx(seconds, abs=SETTLING)),
    ]
    assert frames(show.folder, listed) == 2 * FRAMES_OF_PLAIN
    assert (show.folder / "media.m3u8").read_text().count("#EXT-X-DISCONTINUITY\n") == 1


async def test_camera_that_comes_back_with_another_picture_has_its_own_init(
    tmp_path: Path, tags: Tags
) -> None:
    with filming(tmp_path) as show:
        await show.film(tags("plain"))
        show.away(40)
        await show.film(tags("larger"))
        show.away(5)
        await show.film(tags("plain"))
        show.end()

    listed = accepted(show.folder)
    assert [round(away) for _, away in gaps(listed)] == [40, 5]
    text = (show.folder / "media.m3u8").read_text()
    assert text.count("#EXT-X-MAP:") == 3
    assert frames(show.folder, listed) == 2 * FRAMES_OF_PLAIN + 150


async def test_process_that_was_killed_with_its_camera_leaves_one_replay(
    tmp_path: Path, tags: Tags
) -> None:
    with filming(tmp_path) as show:
        await show.film(tags("plain"), then_crash=True)
        show.away(30)
        await show.film(tags("plain"))
        show.end()

    listed = accepted(show.folder)
    ((at, away),) = gaps(listed)
    # The open segment died with the process.
    assert (at, away) == (pytest.approx(8, abs=SETTLING), pytest.approx(31, abs=1.1))
    assert read_index(show.folder).ended


async def test_streaming_killed_in_a_segment_and_started_again_leaves_one_replay(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    folder = streaming.data_dir / "recordings" / "show_a"
    await streaming.recorded(3)
    await until(lambda: any(line.open == 4 for line in read_index(folder).opened))
    await streaming.stop(signal.SIGKILL)
    with (folder / "index.jsonl").open("ab") as index:
        index.write(b'{"open":9,"sta')
    (folder / ".4.m4s.part").write_bytes(b"torn")
    await streaming.start()
    again = await publish()
    await again.play(tags("plain"))
    await until(lambda: '"msn":8,' in (folder / "index.jsonl").read_text())
    await streaming.internal("PUT", "/shows/show_a", {"state": "ended"})
    await again.closed_by_server()
    await streaming.stop()

    listed = accepted(folder)
    assert [line.msn for line in listed][:4] == [0, 1, 2, 3]
    # Number 4 was taken when the process died.
    assert [line.msn for line in listed][4:8] == [5, 6, 7, 8]
    assert frames(folder, listed) >= 240 + 240
    assert read_index(folder).ended


@contextlib.asynccontextmanager
async def on_a_disk_of(size: str, streaming: Streaming) -> AsyncIterator[Path]:
    """The process has its recordings on a file system of this size; where they can be seen."""
    disk = streaming.data_dir / "recordings"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size={size} none {disk} && exec "
    streaming.launcher = ("unshare", "-rm", "sh", "-c", f'{mount} "$@"', "sh")
    try:
        await streaming.start()
    except AssertionError:
        pytest.skip("this machine lets nobody mount a file system of their own (unshare)")
    try:
        yield Path(f"/proc/{streaming.process.pid}/root{disk}")
    finally:
        await streaming.stop()


async def test_disk_that_fills_up_and_gets_room_again_leaves_one_replay(
    web: FakeWeb, tmp_path: Path, tags: Tags
) -> None:
    streaming = Streaming(web, tmp_path)
    sent = tags("plain")
    async with on_a_disk_of("2m", streaming) as disk:
        host = Publisher(streaming.rtmp_port, "key-a")
        await host.connect()
        await host.play([tag for tag in sent if tag.time < 4300])
        await until(lambda: (disk / "show_a" / "1.m4s").exists())
        filler = disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        await host.play([tag for tag in sent if 4300 <= tag.time < 7000])
        full = {"code": "recording_disk_full", "params": {}}
        await web.report(lambda ingest: full in ingest["health"]["warnings"])
        filler.unlink()
        await host.play([tag for tag in sent if tag.time >= 7000])
        await web.report(lambda ingest: full not in ingest["health"]["warnings"])
        live = await streaming.until(3)
        await streaming.internal("PUT", "/shows/show_a", {"state": "ended"})
        await host.closed_by_server()
        await until(lambda: read_index(disk / "show_a").ended)
        kept = tmp_path / "kept"
        shutil.copytree(disk / "show_a", kept)

    assert all(f"\n{msn}.m4s" in live for msn in range(4)), "live knows nothing of the disk"
    listed = accepted(kept)
    assert [line.msn for line in listed] == [0, 1, 3, 4]
    assert gaps(listed) == [(4.0, pytest.approx(2, abs=SETTLING))]
    assert not list(kept.glob(".*"))
