"""What an installation costs when nobody does anything: one live show, one camera, no viewers.

CPU seconds of each process over a minute, as the kernel counts them (proc(5), utime and stime).

    python -m bench.idle
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests.journeys.conftest import start_demo, stop_demo

SETTLE = 45
"""Seconds after the start that do not count: imports, first connections, the first segments."""
PROCESSES = ("web", "worker", "fanout", "streaming", "demo-camera")
REACH = {"web + worker": 2.0, "web + worker + fanout": 3.0}
"""Per cent of a core."""


def children(parent: int) -> dict[str, int]:
    """The supervisor's processes: command -> process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(state[1]) == parent and b"showfloor" in command:
            found[command[command.index(b"showfloor") + 1].decode()] = int(folder.name)
    return found


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(seconds: float) -> dict[str, float]:
    """Per cent of a core by process."""
    with tempfile.TemporaryDirectory() as folder:
        demo = start_demo(Path(folder) / "demo")
        try:
            processes = children(demo.supervisor.pid)
            time.sleep(SETTLE)
            before = {name: cpu_seconds(processes[name]) for name in PROCESSES}
            began = time.monotonic()
            time.sleep(seconds)
            taken = time.monotonic() - began
            return {
                name: 100 * (cpu_seconds(processes[name]) - before[name]) / taken
                for name in PROCESSES
            }
        finally:
            stop_demo(demo)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=60)
    found = measure(options.parse_args().seconds)
    print("| process | CPU, % of a core | reach |\n|---|---|---|")
    for name, value in found.items():
        print(f"| {name} | {value:.2f} | |")
    for names, reach in REACH.items():
        print(f"| {names} | {sum(found[name] for name in names.split(' + ')):.2f} | {reach} |")


if __name__ == "__main__":
    main()
