"""Servers of ours as processes of their own, without the seconds that loading them takes.

A *nursery* is a process that loads a program once and then forks: each child is the program as it
is after its imports, in a process with its own id, environment, output, limits and end. What it
lacks is only what every start does the same; that a program starts from nothing is the matter of
`tests/unit/app/test_cli.py`, of `serve` and of the demo.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import IO

from showfloor.kit.processes import die_with_parent

ROOT = Path(__file__).parents[1]
_MOST_FILES = 1024


class Child:
    """A process that a nursery forked; the part of `asyncio.subprocess.Process` that tests use."""

    def __init__(self, pid: int, output: asyncio.StreamReader, end: int) -> None:
        self.pid = pid
        self.stdout = output
        self.returncode: int | None = None
        self._end = end
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(end, self._note_end)

    def _note_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._end)
        status = os.read(self._end, 16)
        os.close(self._end)
        # Without one the nursery itself is gone, and its children with it.
        self.returncode = int(status or -signal.SIGTERM)
        self._ended.set()

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


class Nursery:
    """Our end of it."""

    def __init__(self, *modules: str) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno()), *modules],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._close)

    def _close(self) -> None:
        self._channel.close()
        self._process.wait()

    async def start(
        self,
        target: str,
        *arguments: str,
        stderr: IO[bytes],
        stdout: IO[bytes] | None = None,
        environment: Mapping[str, str],
    ) -> Child:
        """Call `target` (module:function) in a new process whose command line has these arguments;
        its working folder is ours. Where no `stdout` is given, the child's can be read.
        """
        order = [target, arguments, dict(environment), str(Path.cwd())]
        output, written = os.pipe()
        end, ended = os.pipe()
        sink = written if stdout is None else stdout.fileno()
        message = json.dumps(order).encode()
        # In one step: nobody else of this process asks in between.
        self._channel.sendall(len(message).to_bytes(4, "big"))
        socket.send_fds(self._channel, [message[:1]], [sink, stderr.fileno(), ended])
        self._channel.sendall(message[1:])
        pid = int.from_bytes(self._channel.recv(4, socket.MSG_WAITALL), "big")
        os.close(written)
        os.close(ended)
        assert pid, "the nursery is gone"
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            partial(asyncio.StreamReaderProtocol, reader), os.fdopen(output, "rb")
        )
        return Child(pid, reader, end)


nursery = cache(Nursery)
"""One a process of the run and list of modules."""


def _serve(channel: socket.socket) -> Callable[[], None] | None:
    """Fork as told until nobody is there any more; in a child, what it has to do."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(channel, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is channel:
                    head = channel.recv(4, socket.MSG_WAITALL)
                    if not head:
                        return None
                    first, files, _, _ = socket.recv_fds(channel, 1, 3)
                    left = int.from_bytes(head, "big") - 1
                    order = json.loads(first + channel.recv(left, socket.MSG_WAITALL))
                    parent = os.getpid()
                    if (pid := os.fork()) == 0:
                        return partial(_become, parent, files, *order)
                    for one in files[:2]:
                        os.close(one)
                    handle = os.pidfd_open(pid)
                    waiting.register(handle, selectors.EVENT_READ, (pid, files[2]))
                    channel.sendall(pid.to_bytes(4, "big"))
                else:
                    pid, ended = key.data
                    waiting.unregister(key.fileobj)
                    os.close(int(key.fd))
                    _, status = os.waitpid(pid, 0)
                    with contextlib.suppress(BrokenPipeError):  # whoever asked is gone
                        os.write(ended, str(os.waitstatus_to_exitcode(status)).encode())
                    os.close(ended)


def _become(
    parent: int,
    files: list[int],
    target: str,
    arguments: list[str],
    environment: dict[str, str],
    folder: str,
) -> None:
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in zip((1, 2), files, strict=False):
        os.dup2(file, number)
    # Also what belongs to the children before it.
    os.closerange(3, _MOST_FILES)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    module, _, name = target.partition(":")
    sys.argv = [target, *arguments]
    getattr(importlib.import_module(module), name)()


def main() -> None:
    # Ctrl-C is for whoever asked; then the channel closes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    for module in sys.argv[2:]:
        importlib.import_module(module)
    # Pages that nobody writes stay shared.
    gc.collect()
    gc.freeze()
    work = _serve(channel)
    channel.close()
    if work is not None:
        work()


if __name__ == "__main__":
    main()
