"""`scripts/test --under-load` leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
