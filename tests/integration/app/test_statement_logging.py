"""What people typed never reaches PostgreSQL's own log, and production starts on no server that
would write it there.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from showfloor.app.failures import CommandFailed
from showfloor.app.postgres import EmbeddedPostgres
from showfloor.app.settings import Settings
from showfloor.app.statement_logging import EMBEDDED, QUIET, check_statement_logging, loud

CANARY = "canary-of-a-refused-child"
LOUD_VALUES = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_min_duration_sample": "0",
    "log_transaction_sample_rate": "1",
    "log_min_error_statement": "error",
    "log_error_verbosity": "default",
    "log_parameter_max_length_on_error": "-1",
    "debug_print_parse": "on",
    "debug_print_rewritten": "on",
    "debug_print_plan": "on",
}


def settings(mode: str = "production") -> Settings:
    return Settings.model_validate({"mode": mode, "secret": "s" * 32, "internal_token": "t" * 32})


def with_option(url: str, name: str, value: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}options={quote(f'-c {name}={value}')}"


def test_own_server_is_quiet(database_url: str) -> None:
    check_statement_logging(settings(), database_url)


@pytest.mark.parametrize("name", LOUD_VALUES)
def test_production_starts_on_no_server_that_writes_statements(
    database_url: str, name: str
) -> None:
    url = with_option(database_url, name, LOUD_VALUES[name])

    with pytest.raises(CommandFailed, match=f"set {name} = '{QUIET[name][0]}'"):
        check_statement_logging(settings(), url)
    check_statement_logging(settings("demo"), url)


def test_extensions_that_write_statements_count_too() -> None:
    assert loud({"auto_explain.log_min_duration": "0", "pgaudit.log": "write"}) == {
        "auto_explain.log_min_duration": "-1",
        "pgaudit.log": "none",
    }
    assert loud({"auto_explain.log_min_duration": "-1", "pgaudit.log": ""}) == {}


def test_server_that_does_not_answer_is_left_to_who_waits_for_it() -> None:
    check_statement_logging(settings(), "postgresql:///nothing?host=/nowhere")


def refuse_everywhere(url: str) -> None:
    """Every way in which PostgreSQL refuses what somebody typed."""
    refused = [
        ("insert into typed values (%s, 1)", (CANARY,)),
        ("insert into typed values (%s, -1)", (f"{CANARY} 2",)),
        ("insert into typed values (%s, null)", (CANARY,)),
        ("select cast(%s::text as integer)", (CANARY,)),
        (f"select '{CANARY}'::date", ()),
        (f"selec '{CANARY}'", ()),
        ("select 1 / (length(%s::text) - length(%s::text))", (CANARY, CANARY)),
    ]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create table typed (name text unique, age int not null check (age > 0))"
        )
        connection.execute("insert into typed values (%s, 1)", (CANARY,))
        for statement, values in refused:
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode(), values)


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
def test_refused_values_are_in_no_log_of_our_own_server(tmp_path: Path, guard: bool) -> None:
    postgres_defaults = {
        "log_error_verbosity": "default",
        "log_min_error_statement": "error",
        "log_min_messages": "warning",
    }
    server = EmbeddedPostgres(tmp_path / "pg", {} if guard else postgres_defaults)
    try:
        refuse_everywhere(server.start())
    finally:
        server.stop()

    assert (CANARY in (server.folder / "postgres.log").read_text()) is not guard
    assert postgres_defaults.keys() <= EMBEDDED.keys()
