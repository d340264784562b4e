"""The processes that tests fork (tests/forks.py) are processes of their own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.forks import Child, nursery
from tests.waiting import bounded


async def start(target: str, folder: Path, **environment: str) -> Child:
    with (folder / "log").open("ab") as log:
        return await nursery("json").start(
            target, "word", stderr=log, environment={**os.environ, **environment}
        )


async def test_child_ends_with_its_own_exit_code_output_and_environment(tmp_path: Path) -> None:
    child = await start("tests.integration.kit.program_of_forks:main", tmp_path, OWN="yes")

    async with bounded():
        line = await child.stdout.readline()
        assert await child.wait() == 7
    assert line.decode().split() == [str(child.pid), "yes", "word"]
    assert "OWN" not in os.environ and child.pid != os.getpid()


async def test_child_is_ended_by_a_signal_and_the_next_one_starts(tmp_path: Path) -> None:
    first = await start("signal:pause", tmp_path)

    first.send_signal(signal.SIGKILL)

    async with bounded():
        assert await first.wait() == first.returncode == -signal.SIGKILL
    second = await start("signal:pause", tmp_path)
    assert second.returncode is None and second.pid != first.pid
    second.send_signal(signal.SIGTERM)
    async with bounded():
        assert await second.wait() == -signal.SIGTERM
