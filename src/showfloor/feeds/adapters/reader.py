"""`catalog/imports/program.py` as a process of its own: it may fall over a file, or be ended when
it takes too long, and takes nothing with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict
from functools import partial

import structlog

from showfloor.catalog.imports.program import End, Order
from showfloor.catalog.imports.types import Reading
from showfloor.kit.contract import ContractError, from_json
from showfloor.kit.processes import fall_with_parent

log = structlog.get_logger()
_MODULE = "showfloor.catalog.imports.program"
LONGEST_LINE = 32 << 20
"""Bytes of what is said about one product: more than 2048 variants with all their words take."""
SECONDS = 300.0
"""Without a word from the program, which has a limit of its own for its work."""


async def read_in_process(order: Order) -> AsyncGenerator[Reading | End, None]:
    """An `End` comes last, whatever happens to the program."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _MODULE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE,
        preexec_fn=partial(fall_with_parent, os.getpid()),
    )
    assert program.stdin is not None and program.stdout is not None
    try:
        program.stdin.write(json.dumps(asdict(order)).encode())
        program.stdin.close()
        while True:
            async with asyncio.timeout(SECONDS):
                line = await program.stdout.readline()
                if not line:
                    await program.wait()
            part = _part(line)
            yield part
            if isinstance(part, End):
                return
    except (TimeoutError, ValueError, ContractError, OSError) as error:
        # A status of its own says that the program ended by itself: -9 may be want of memory.
        log.warning(
            "file could not be read", reason=type(error).__name__, status=program.returncode
        )
        yield End(error="file_too_complex")
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()


def _part(line: bytes) -> Reading | End:
    """Raises ContractError, also for the end of a program that did not say how it ended."""
    if line.startswith(b'{"format"'):
        return from_json(End, line)
    return from_json(Reading, line)
