"""How fast `showfloor privacy scan` goes through files, beside `cat` and `grep -F` of the same.

    python -m bench.scan [--megabytes 600]

A third is noise, as recordings are, a third lines of a log, a third pages of a database that are
half empty; beside them the log once more in gzip, which is unpacked. The texts are as many as
`showfloor privacy drill` looks for. grep looks for them as they are; the scan in every form.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from showfloor.app import scan as scanning
from showfloor.app.drill import AGES, Invented
from showfloor.app.scan import Report

REACH = 200
"""Megabytes a second."""
BLOCK = 1_000_000


def lines(size: int) -> bytes:
    made = bytearray()
    while len(made) < size:
        entry = {"event": "request", "path": f"/shows/{os.urandom(9).hex()}", "ms": random.random()}
        made += json.dumps(entry).encode() + b"\n"
    return bytes(made[:size])


def pages(size: int) -> bytes:
    page = bytes(4096)
    return b"".join(page + lines(4096) for _ in range(size // 8192))


def fill(folder: Path, megabytes: int) -> int:
    each = megabytes // 3
    for name, make in (("recording", os.urandom), ("log", lines), ("pages", pages)):
        block = make(BLOCK)
        for number in range(0, each, 50):
            (folder / f"{name}-{number}").write_bytes(block * min(50, each - number))
    (folder / "log.gz").write_bytes(gzip.compress(lines(20 * BLOCK), 6))
    return sum(file.stat().st_size for file in folder.iterdir())


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and CPU seconds of all processes."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)

    def used() -> float:
        return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))

    before, began = used(), time.perf_counter()
    work()
    return time.perf_counter() - began, used() - before


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=600)
    arguments = parser.parse_args()
    born = date(2014, 1, 1)
    texts = [text for _ in AGES for text in Invented(born, "GB").canaries]
    with tempfile.TemporaryDirectory() as made:
        folder, wanted = Path(made) / "files", Path(made) / "texts"
        folder.mkdir()
        wanted.write_text("\n".join(texts))
        size = fill(folder, arguments.megabytes) / 1_000_000
        files = [str(file) for file in sorted(folder.iterdir())]

        def ours() -> None:
            report = Report([])
            scanning.read_files([folder], texts, report)
            assert not report.found and not report.unread, report

        def tool(*command: str) -> Callable[[], object]:
            return lambda: subprocess.run([*command, *files], stdout=subprocess.DEVNULL)

        rows: dict[str, Callable[[], object]] = {
            "cat": tool("cat"),
            "grep -F, as they are": tool("grep", "-c", "-a", "-F", "-f", str(wanted)),
            "showfloor privacy scan": ours,
        }
        print(f"{size:.0f} MB in {len(files)} files, {len(texts)} texts\n")
        print("| what | MB/s | MB a CPU second | reach |")
        print("|---|---|---|---|")
        for name, work in rows.items():
            tries = sorted(measured(work) for _ in range(3))
            seconds, cpu = tries[1]
            reach = f"{REACH} MB/s" if work is ours else ""
            print(f"| {name} | {size / seconds:,.0f} | {size / cpu:,.0f} | {reach} |", flush=True)


if __name__ == "__main__":
    main()
