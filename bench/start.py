"""From `make demo` to a playing show, cold and warm, and what a page weighs.

Cold: a clone in an empty folder, nothing installed (packages may be in the installers' caches).
Warm: the same folder again.

    python -m bench.start
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.ports import free_ports

ROOT = Path(__file__).parents[1]


def seconds_to_live(folder: Path) -> float:
    """Until demo.json exists, which is written when the public playlist answers."""
    facts = folder / "data of the bench" / "demo.json"
    facts.unlink(missing_ok=True)
    arguments = f'--port {free_ports(5)} --no-browser --data "{facts.parent}"'
    began = time.monotonic()
    process = subprocess.Popen(
        ["make", "demo", f"ARGS={arguments}"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not facts.exists() and process.poll() is None and time.monotonic() - began < 300:
        time.sleep(0.02)
    taken = time.monotonic() - began
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)
    return taken if facts.exists() else float("nan")


def compressed(path: Path) -> float:
    return len(gzip.compress(path.read_bytes(), 9)) / 1000


def page_script(static: Path) -> float:
    """kB gz of what the show page loads before hls.js: its entry and everything that entry imports
    at once.
    """
    manifest = json.loads((static / "manifest.json").read_text())
    wanted, seen = ["entries/show.ts"], set()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            wanted += manifest[name].get("imports", [])
    return sum(compressed(static / manifest[name]["file"]) for name in seen)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "a clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        cold, warm = seconds_to_live(clone), seconds_to_live(clone)
        static = clone / "src" / "showfloor" / "web" / "static"
        weight, loader = page_script(static), compressed(static / "embed.js")
        shutil.rmtree(clone)
    print("| what | figure | reach |\n|---|---|---|")
    print(f"| `make demo` to a playing show, cold | {cold:.1f} s | 60 s |")
    print(f"| the same, warm | {warm:.1f} s | 6 s |")
    print(f"| show page, script before hls.js | {weight:.1f} kB gz | 50 kB |")
    print(f"| embed.js | {loader:.1f} kB gz | |")


if __name__ == "__main__":
    main()
