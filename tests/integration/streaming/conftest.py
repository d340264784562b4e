"""One real process a test, and clips that ffmpeg makes once a session."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag, read_flv

_VIDEO = "-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -b:v 250k"
_AUDIO = "-c:a aac -b:a 32k -ac 1 -ar 48000"
_CLIPS = {
    # name: (source filters, output options)
    "plain": ("testsrc2=s=320x180:r=30:d=9", f"{_VIDEO} -g 60 {_AUDIO}"),
    "brisk": ("testsrc2=s=320x180:r=30:d=9", f"{_VIDEO} -g 30 {_AUDIO}"),
    "larger": ("testsrc2=s=480x270:r=30:d=5", f"{_VIDEO} -g 60 {_AUDIO}"),
    "b_frames": (
        "testsrc2=s=320x180:r=30:d=6",
        f"-c:v libx264 -preset veryfast -bf 2 -pix_fmt yuv420p -g 60 {_AUDIO}",
    ),
    "mute": ("testsrc2=s=320x180:r=30:d=6", f"{_VIDEO} -g 60 -an"),
    "long_gop": ("testsrc2=s=320x180:r=15:d=24", f"{_VIDEO} -g 150 -sc_threshold 0 {_AUDIO}"),
    "film": ("testsrc2=s=320x180:r=24:d=6", f"{_VIDEO} -g 48 {_AUDIO}"),
    "ntsc": ("testsrc2=s=320x180:r=30000/1001:d=6", f"{_VIDEO} -g 60 {_AUDIO}"),
    "phone": (
        r"testsrc2=s=320x180:r=30:d=8,select='not(mod(n\,3)*gt(mod(t\,4)\,2))'",
        f"{_VIDEO} -g 30 -fps_mode vfr {_AUDIO}",
    ),
    "mp3": ("testsrc2=s=320x180:r=30:d=6", f"{_VIDEO} -g 60 -c:a libmp3lame -ar 44100"),
    "hevc": (
        "testsrc2=s=320x180:r=30:d=6",
        f"-c:v libx265 -preset ultrafast -x265-params log-level=none -g 60 {_AUDIO}",
    ),
    "sliced": ("testsrc2=s=320x180:r=30:d=6", f"{_VIDEO} -x264-params slices=4 -g 60 {_AUDIO}"),
    "sound": ("", f"-vn {_AUDIO}"),
}


def _make(name: str, folder: Path) -> Path:
    picture, output = _CLIPS[name]
    seconds = "9" if not picture else picture.split("d=")[1].split(",")[0]
    inputs = ["-f", "lavfi", "-i", picture] if picture else []
    inputs += ["-f", "lavfi", "-i", f"sine=f=440:r=48000:d={seconds}"]
    target = folder / f"{name}.flv"
    beside = folder / f".{name}.flv"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [
        ffmpeg,
        "-v",
        "error",
        "-y",
        *inputs,
        *output.split(),
        "-flvflags",
        "no_duration_filesize",
        "-f",
        "flv",
        str(beside),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    beside.rename(target)
    return target


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The path of a clip by name; all workers of a run share them."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "clips"
    folder.mkdir(exist_ok=True)

    def find(name: str) -> Path:
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path = folder / f"{name}.flv"
            return path if path.exists() else _make(name, folder)

    return find


@pytest.fixture
def tags(clip: Callable[[str], Path]) -> Callable[[str], list[Tag]]:
    """The tags of a clip by name."""
    return lambda name: read_flv(clip(name))


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    fake = FakeWeb()
    await fake.start()
    fake.allow("key-a", "show_a")
    yield fake
    await fake.stop()


@pytest.fixture
async def streaming(web: FakeWeb, tmp_path: Path) -> AsyncIterator[Streaming]:
    process = Streaming(web, tmp_path)
    await process.start()
    yield process
    await process.stop()
    assert "Traceback" not in process.log.read_text()


@pytest.fixture
async def publish(streaming: Streaming) -> AsyncIterator[Callable[..., Awaitable[Publisher]]]:
    """Connects a publisher; all are gone after the test."""
    connected: list[Publisher] = []

    async def connect(key: str = "key-a", **options: object) -> Publisher:
        publisher = Publisher(streaming.rtmp_port, key, **options)  # type: ignore[arg-type]
        connected.append(publisher)
        await publisher.connect()
        return publisher

    yield connect
    for publisher in connected:
        publisher.kill()
    await asyncio.sleep(0)
