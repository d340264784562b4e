"""What `test_forks.py` has started."""

from __future__ import annotations

import os
import sys


def main() -> None:
    sys.stdout.write(f"{os.getpid()} {os.environ['OWN']} {sys.argv[1]}\n")
    sys.exit(7)
