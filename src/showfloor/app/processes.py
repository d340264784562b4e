"""Child processes: started, logged, restarted when they die, ended when we end."""

from __future__ import annotations

import asyncio
import contextlib
import os
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from showfloor.kit import clock
from showfloor.kit.processes import die_with_parent

log = structlog.get_logger()
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
"""Seconds before a restart: short at first, because viewers wait, doubling while it keeps failing.
"""
HEALTHY_AFTER = 5.0
PATIENCE = 15.0
"""Seconds between SIGTERM and SIGKILL: `streaming` writes to disk for ten at most, `web` finishes
what it began and then closes.
"""
LAST_REQUESTS = 5
"""Seconds that `web` gives to requests under way; closing its connections comes after that and
before `PATIENCE` is over.
"""


@dataclass
class Child:
    """One supervised program; its output goes to `log_folder/name.log`."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log_folder: Path
    hidden: frozenset[str] = frozenset()
    """Variables that it must not see."""
    process: Process | None = field(default=None, init=False)
    restarts: int = field(default=0, init=False)

    async def keep_running(self) -> None:
        """Start it, and again whenever it ends, until this task is cancelled."""
        pause = FIRST_PAUSE
        try:
            while True:
                started = clock.monotonic()
                code = await self._run_once()
                pause = (
                    FIRST_PAUSE
                    if clock.monotonic() - started > HEALTHY_AFTER
                    else min(pause * 2, LONGEST_PAUSE)
                )
                log.warning(
                    "process ended, starting it again", name=self.name, code=code, pause=pause
                )
                self.restarts += 1
                await asyncio.sleep(pause)
        finally:
            await asyncio.shield(self.stop())

    async def run_to_its_end(self) -> None:
        """Once, until it ends or this task is cancelled."""
        try:
            if (code := await self._run_once()) != 0:
                log.warning("program failed", name=self.name, code=code)
        finally:
            await asyncio.shield(self.stop())

    @property
    def is_up(self) -> bool:
        """It runs, and not only because it was started again a moment ago."""
        return self.process is not None and self.process.returncode is None and self.restarts == 0

    async def _run_once(self) -> int | str:
        """Its exit code, or why it could not be started. Waiting takes no thread: the pool has few,
        and PostgreSQL's restart needs one.
        """
        try:
            return await (await self._launch()).wait()
        except OSError as error:
            return str(error)

    async def _launch(self) -> Process:
        self.log_folder.mkdir(parents=True, exist_ok=True)
        with (self.log_folder / f"{self.name}.log").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                env={
                    name: value
                    for name, value in {**os.environ, **self.environment}.items()
                    if name not in self.hidden
                },
                preexec_fn=partial(die_with_parent, os.getpid()),
                start_new_session=True,
            )
        return self.process

    async def stop(self) -> None:
        """SIGTERM, a few seconds of patience, then SIGKILL."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), PATIENCE)
            return
        process.kill()
        await process.wait()
