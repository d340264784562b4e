"""`scripts/test --under-load` leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.waiting import BOUND, until_blocking


def _members(group: int) -> set[int]:
    """The processes of a process group that still run (proc(5))."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group_of, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(group_of) == group and state != "Z":
            found.add(int(stat.parent.name))
    return found


def _let_others_go_first(script: subprocess.Popen[bytes]) -> None:
    """What it starts to burn time takes only what nobody else wants: how busy they are is not the
    matter here, and the tests of the other workers pay for it.
    """

    def burning() -> set[int]:
        return {
            member
            for member in _members(script.pid) - {script.pid}
            if b"--under-load" in _command_line(member)
        }

    cores = max(2, os.sysconf("SC_NPROCESSORS_ONLN"))
    until_blocking(lambda: len(burning()) >= cores or script.poll() is not None)
    for each in burning():
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, each, 19)


def _command_line(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""


@contextmanager
def _under_load(*args: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        ["scripts/test", "--under-load", *args],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # A shell that runs these tests in the background has them ignore it, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        # Plugins take seconds to load and have no part in this.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    try:
        _let_others_go_first(process)
        yield process
        until_blocking(lambda: process.poll() is not None and _members(process.pid) == set())
    finally:
        for left in _members(process.pid):
            os.kill(left, signal.SIGKILL)
        process.wait(BOUND)


@pytest.mark.parametrize(("option", "status"), [("--version", 0), ("--no-such-option", 4)])
def test_load_ends_with_the_tests_and_their_result_counts(option: str, status: int) -> None:
    with _under_load("-p", "no:cacheprovider", "--rootdir=/", "-c", os.devnull, option) as process:
        assert process.wait(BOUND) == status


@pytest.mark.parametrize(
    ("send", "number"),
    [
        (os.killpg, signal.SIGINT),  # as a terminal does
        (os.killpg, signal.SIGTERM),  # as a CI runner does
        (os.kill, signal.SIGTERM),  # as a person does who looked up its id
    ],
)
def test_load_ends_when_the_tests_are_interrupted(
    send: Callable[[int, int], None], number: int, tmp_path: Path
) -> None:
    endless = tmp_path / "test_endless.py"
    endless.write_text(
        "import pathlib, signal\n"
        "def test_it():\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'runs').touch()\n"
        # Should nobody be left to end it.
        "    signal.alarm(180)\n"
        "    signal.pause()\n"
    )
    with _under_load("-p", "no:cacheprovider", "-c", os.devnull, str(endless)) as process:
        until_blocking((tmp_path / "runs").exists)
        assert len(_members(process.pid)) >= 3  # pytest, and two that burn

        send(process.pid, number)
