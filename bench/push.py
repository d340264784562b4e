"""What one more network costs: a 1080p30 4 Mbit/s show without destinations, with one and with
three, each Debian's nginx-rtmp.

    .venv/bin/python -m bench.push [--destinations 0 1 3] [--seconds 20]

CPU is the media server's own (user and system, from /proc), in per cent of one core, beside what it
costs without destinations in the same run.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from bench.ingest import NGINX_MODULE, Row, make_clip, measure_ours, nginx


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--destinations", type=int, nargs="+", default=[0, 1, 3])
    arguments.add_argument("--seconds", type=float, default=20.0)
    options = arguments.parse_args()
    if not NGINX_MODULE.exists() or not shutil.which("nginx"):
        raise SystemExit("needs nginx with its RTMP module (apt install nginx libnginx-mod-rtmp)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = make_clip(folder)
        with nginx(folder) as (_, port):
            url = f"rtmp://127.0.0.1:{port}/live"
            rows = [
                (count, measure_ours(clip, 1, options.seconds, folder, (url,) * count))
                for count in options.destinations
            ]
    print_table(rows)


def print_table(rows: list[tuple[int, Row]]) -> None:
    alone = next((row.cores for count, row in rows if count == 0), None)
    print("| destinations | CPU, % of a core | per destination | memory added, MB |")
    print("|---|---|---|---|")
    for count, row in rows:
        each = f"{(row.cores - alone) * 100 / count:.2f}" if count and alone is not None else "–"
        print(f"| {count} | {row.cores * 100:.2f} | {each} | {row.added / 1e6:.1f} |")


if __name__ == "__main__":
    main()
