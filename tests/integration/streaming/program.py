"""`streaming` with the configuration of a test, as a program."""

from __future__ import annotations

import json
import logging
import resource
import sys
from pathlib import Path

from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.server import Addresses, run


def main() -> None:
    """Writes both ports to stdout when it listens."""
    values = json.loads(sys.argv[1])
    values["data_dir"] = Path(values["data_dir"])
    if files := values.pop("open_files", 0):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    logging.basicConfig(level=logging.INFO)
    run(
        StreamingConfig(**values),
        _announce,
    )


def _announce(addresses: Addresses) -> None:
    sys.stdout.write(f"{addresses.rtmp[1]} {addresses.http[1]}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
