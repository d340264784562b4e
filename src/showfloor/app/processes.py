"""Child processes: started, logged, restarted when they die, ended when we end."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from showfloor.kit import clock

log = structlog.get_logger()
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
"""Seconds before a restart: short at first, because viewers wait, doubling while it keeps failing."""
HEALTHY_AFTER = 5.0
PATIENCE = 5.0
"""Seconds between SIGTERM and SIGKILL."""
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """prctl(2): the kernel ends the child when this process is killed, so that nothing is left behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One supervised program; its output goes to `log_folder/name.log`."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log_folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    restarts: int = field(default=0, init=False)

    async def keep_running(self) -> None:
        """Start it, and again whenever it ends, until this task is cancelled."""
        pause = FIRST_PAUSE
        try:
            while True:
                started = clock.monotonic()
                code = await self._run_once()
                pause = FIRST_PAUSE if clock.monotonic() - started > HEALTHY_AFTER else min(pause * 2, LONGEST_PAUSE)
                log.warning("process ended, starting it again", name=self.name, code=code, pause=pause)
                self.restarts += 1
                await asyncio.sleep(pause)
        finally:
            await asyncio.shield(self.stop())

    async def _run_once(self) -> int:
        self.process = self._launch()
        return await asyncio.to_thread(self.process.wait)

    def _launch(self) -> subprocess.Popen[bytes]:
        self.log_folder.mkdir(parents=True, exist_ok=True)
        with (self.log_folder / f"{self.name}.log").open("ab") as output:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.environment},
                preexec_fn=die_with_parent,
                start_new_session=True,
            )

    async def stop(self) -> None:
        """SIGTERM, a few seconds of patience, then SIGKILL."""
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, PATIENCE)
            return
        process.kill()
        await asyncio.to_thread(process.wait)
