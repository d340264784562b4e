"""Processes that are killed in the middle: the next start finishes what was decided, and nothing
half made is ever public.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2

from showfloor.kit.db import Database
from showfloor.replays import service
from showfloor.replays.schemas import ReplayChange
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.test_clips import add, local, state
from tests.integration.replays.test_publish import WHOLE
from tests.integration.streaming.peers import SOURCE
from tests.waiting import BOUND, until

START_WITHIN = 4 * BOUND
"""Seconds; the worker starts, and what it encodes is nice to others."""


@contextlib.contextmanager
def worker(show: EndedShow, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real one."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "SHOWFLOOR_MODE": "test",
        "SHOWFLOOR_DATA": str(show.data),
        "SHOWFLOOR_DATABASE_URL": url,
        "SHOWFLOOR_SECRET": "s" * 32,
        "SHOWFLOOR_INTERNAL_TOKEN": "t" * 32,
    }
    with (show.data / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "showfloor", "worker"], env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(BOUND)


def programs_of(process: subprocess.Popen[bytes]) -> list[int]:
    """proc(5): children of any of its threads that run a program of their own. One that was only
    forked has not yet said that it ends with its parent.
    """
    tasks = Path(f"/proc/{process.pid}/task").iterdir()
    children = [pid for task in tasks for pid in (task / "children").read_text().split()]
    return [int(pid) for pid in children if command_of(pid) not in ("", command_of(process.pid))]


def command_of(pid: int | str) -> str:
    """Empty for one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_alive(pid: int) -> bool:
    """A zombie, which nobody has waited for, is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_worker_killed_while_a_clip_is_cut_leaves_nothing_public_and_the_next_one_makes_it(
    client: httpx2.AsyncClient, filmed: EndedShow, database_url: str
) -> None:
    clip = (await add(client, filmed, 2.5, 8)).json()
    with worker(filmed, database_url) as first:
        await until(lambda: any(filmed.data.glob("making/*/clip")), within=START_WITHIN)
        await until(lambda: bool(programs_of(first)))
        # One that is stopped cannot end by itself.
        (program,) = programs_of(first)
        os.kill(program, signal.SIGSTOP)
        first.send_signal(signal.SIGKILL)
        first.wait(BOUND)
        await until(lambda: not is_alive(program))
    assert not (filmed.data / "replays" / clip["id"]).exists()
    assert await state(client, filmed, clip["id"]) == "preparing"
    assert (await client.get(local(clip["mp4_url"]))).status_code == 404

    with worker(filmed, database_url):

        async def is_ready() -> bool:
            return await state(client, filmed, clip["id"]) == "ready"

        await until(is_ready, within=START_WITHIN)

    assert {file.name for file in (filmed.data / "replays" / clip["id"]).iterdir()} == {
        "clip.m4s",
        "clip.mp4",
        "index.m3u8",
        "media.m3u8",
        "poster.webp",
    }


async def test_trim_whose_process_was_killed_before_the_folder_followed_is_done_by_the_worker(
    ended: EndedShow, database: Database, database_url: str
) -> None:
    async with database.session() as session:
        change = ReplayChange(trim_start=ended.at(4))
        await service.change_replay(
            session, person=ended.floor.host, show_id=ended.id, change=change
        )
    assert ended.public() == WHOLE

    with worker(ended, database_url):
        await until(lambda: not ended.public() & {"1.m4s", "2.m4s"}, within=START_WITHIN)
        await until(lambda: ended.public() >= WHOLE - {"1.m4s", "2.m4s"})

    assert "1.m4s" not in (ended.data / "replays" / ended.shown_id / "media.m3u8").read_text()
