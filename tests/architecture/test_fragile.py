"""What we lean on that could change under us: fails loudly when it does."""

from __future__ import annotations

import subprocess

from showfloor.app.postgres import MAJOR, binaries


def test_wheel_still_carries_this_postgres() -> None:
    said = subprocess.run(
        [binaries() / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout

    assert f" {MAJOR}." in said


def test_wheel_still_carries_the_programs_we_use() -> None:
    assert {"initdb", "postgres", "pg_dump", "psql"} <= {path.name for path in binaries().iterdir()}
