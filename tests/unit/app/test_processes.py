"""A process that is ending in order is left to do so; one that will not end is ended."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from showfloor.app import processes
from showfloor.app.processes import LAST_REQUESTS, PATIENCE, Child
from tests.waiting import BOUND, bounded, until

SLOW_TO_END = """
import pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def end(*_):
    (folder / "ending").touch()
    while not (folder / "may end").exists():
        time.sleep(0.01)
    (folder / "tidy").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
(folder / "up").touch()
while True:
    signal.pause()
"""


@asynccontextmanager
async def _told_to_end(folder: Path) -> AsyncIterator[Process]:
    """A program that was told to end and has begun to; it is gone after the block."""
    child = Child("slow", [sys.executable, "-c", SLOW_TO_END, str(folder)], {}, folder)
    running = asyncio.create_task(child.keep_running())
    await until((folder / "up").exists)
    running.cancel()
    await until((folder / "ending").exists)
    assert child.process is not None
    yield child.process
    async with bounded():
        await asyncio.gather(running, return_exceptions=True)


async def test_process_may_finish_what_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", BOUND)

    async with _told_to_end(tmp_path) as process:
        (tmp_path / "may end").touch()

    assert process.returncode == 0
    assert (tmp_path / "tidy").exists()


async def test_process_that_takes_too_long_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 1.0)

    async with _told_to_end(tmp_path) as process:
        pass

    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "tidy").exists()


def test_last_requests_end_before_the_patience_does() -> None:
    assert LAST_REQUESTS * 2 < PATIENCE


@pytest.mark.parametrize("code", [0, 3])
async def test_program_that_does_its_work_is_started_once_whatever_comes_of_it(
    tmp_path: Path, code: int
) -> None:
    once = f"print('started', flush=True); raise SystemExit({code})"
    child = Child("once", [sys.executable, "-c", once], {}, tmp_path)

    async with bounded():
        await child.run_to_its_end()

    assert child.restarts == 0
    assert (tmp_path / "once.log").read_text() == "started\n"
