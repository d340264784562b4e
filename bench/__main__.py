"""Run the benches one after another, each in a process of its own, and say on what machine."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALL = (
    *("start", "idle", "playback", "pins", "device", "ingest", "push", "rooms"),
    *("holds", "purchases", "gate", "scan", "replay", "imports"),
)


def machine() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "?",
    )
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, load {load}"
    )


def main() -> None:
    wanted = sys.argv[1:] or list(ALL)
    if unknown := set(wanted) - set(ALL):
        sys.exit(f"unknown bench: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    print(f"Machine: {machine()}\n", flush=True)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    for name in wanted:
        print(f"## {name}\n\n`make bench BENCH={name}`\n", flush=True)
        subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=ROOT, env=environment, check=False
        )
        print(flush=True)


if __name__ == "__main__":
    main()
