"""What an operator finds in the logs of the processes that do not use structlog."""

from __future__ import annotations

import subprocess
import sys

from showfloor.app.log import without_values

SAY = (
    "import logging; from showfloor.app import log; log.configure(); "
    "logging.getLogger({name!r}).info('the database is back')"
)


def _said_by(name: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", SAY.format(name=name)], capture_output=True, text=True, check=True
    ).stderr


def test_what_our_servers_say_is_kept() -> None:
    assert "INFO showfloor.fanout the database is back" in _said_by("showfloor.fanout")


def test_what_a_library_says_is_not() -> None:
    assert _said_by("httpx2") == ""


def test_values_that_the_database_quotes_stay_out_of_tracebacks() -> None:
    told = (
        "psycopg.errors.UniqueViolation: duplicate key value violates unique constraint\n"
        "DETAIL:  Key (email)=(lina@example.com,\nlina) already exists.\n"
        "\nThe above exception was the direct cause"
    )

    assert without_values(told) == (
        "psycopg.errors.UniqueViolation: duplicate key value violates unique constraint\n"
        "\nThe above exception was the direct cause"
    )
