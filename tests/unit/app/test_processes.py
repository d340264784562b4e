"""A process that is ending in order is left to do so; one that will not end is ended."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from showfloor.app import processes
from showfloor.app.processes import LAST_REQUESTS, PATIENCE, Child

TIDY = """
import pathlib, signal, sys, time
def end(*_):
    time.sleep(0.4)
    pathlib.Path(sys.argv[1], "tidy").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1], "up").touch()
time.sleep(60)
"""


async def _stopped(folder: Path) -> bool:
    """Whether the program that was told to end could finish."""
    child = Child("tidy", [sys.executable, "-c", TIDY, str(folder)], {}, folder)
    running = asyncio.create_task(child.keep_running())
    while not (folder / "up").exists():
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert child.process is not None and child.process.returncode is not None
    return (folder / "tidy").exists()


async def test_process_may_finish_what_it_does(tmp_path: Path) -> None:
    assert await _stopped(tmp_path)


async def test_process_that_takes_too_long_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.1)

    assert not await _stopped(tmp_path)


def test_last_requests_end_before_the_patience_does() -> None:
    assert LAST_REQUESTS * 2 < PATIENCE
