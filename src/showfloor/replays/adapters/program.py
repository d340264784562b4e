"""A program of our own that reads what a camera sent: as a process of its own it may fall, or be
ended when it takes too long, without taking anything with it. It falls with us, whoever kills us.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from showfloor.kit.contract import ContractError, from_json
from showfloor.kit.processes import fall_with_parent

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

log = structlog.get_logger()
_WORDS = 800
"""Characters of what it said at the end; the reason stands there."""
Answer = TypeVar("Answer")


class Program(Generic[Answer]):
    """`module` reads an order as JSON and writes an `answer`; one at a time."""

    def __init__(self, module: str, answer: type[Answer], seconds: float) -> None:
        self._module, self._answer, self._seconds = module, answer, seconds
        self._one = asyncio.Lock()

    async def run(self, order: DataclassInstance) -> Answer | None:
        """None when it fails, whatever the reason, which is logged."""
        async with self._one:
            program = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self._module),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                preexec_fn=partial(fall_with_parent, os.getpid()),
            )
            try:
                async with asyncio.timeout(self._seconds):
                    answer, said = await program.communicate(json.dumps(asdict(order)).encode())
                return from_json(self._answer, answer)
            except (TimeoutError, ContractError):
                late = program.returncode is None
                reason = "it took too long" if late else said.decode()[-_WORDS:]
                log.warning("program failed", module=self._module, reason=reason)
                return None
            finally:
                if program.returncode is None:
                    program.kill()
                    await program.wait()
