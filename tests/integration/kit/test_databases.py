"""The databases that tests borrow (tests/databases.py): one test leaves the next nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from showfloor.app.postgres import EmbeddedPostgres
from tests.databases import Databases


@pytest.fixture
def lent(postgres: EmbeddedPostgres) -> Iterator[Databases]:
    databases = Databases(postgres)
    yield databases
    databases.close()


def run(postgres: EmbeddedPostgres, name: str, statement: str) -> Any:
    with psycopg.connect(postgres.url(name), autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchone() if found.description else None


FAILURE = "insert into job_failure values ('mail', 1, now(), 'no')"


def test_rows_are_gone_for_the_next_test_and_numbers_begin_again(
    postgres: EmbeddedPostgres, lent: Databases
) -> None:
    first = lent.borrow()
    sequences = "select pg_get_serial_sequence(table_name, column_name)::regclass from"
    sequences += " information_schema.columns where is_identity = 'YES' limit 1"
    (sequence,) = run(postgres, first, sequences)
    assert run(postgres, first, f"select nextval('{sequence}'), nextval('{sequence}')") == (1, 2)
    run(postgres, first, FAILURE)

    lent.give_back(first)

    assert lent.borrow() == first
    assert run(postgres, first, "select count(*) from job_failure") == (0,)
    assert run(postgres, first, f"select nextval('{sequence}')") == (1,)
    assert run(postgres, first, "select count(*) from alembic_version") == (1,)


@pytest.mark.parametrize(
    "change",
    [
        "alter table stock_item drop constraint ck_stock_item_never_oversold",
        "alter table job_failure add column forgotten text",
        "alter table job_failure alter column attempts set default 7",
        "alter table job_failure rename to away",
        "drop index ix_hold_expires_at",
        "create table more (id int)",
        "create function one() returns int language sql as 'select 1'",
        "create schema other",
        "grant select on job_failure to public",
        "alter database {name} set lock_timeout = '1s'",
    ],
)
def test_database_whose_definitions_changed_is_not_lent_again(
    postgres: EmbeddedPostgres, lent: Databases, change: str
) -> None:
    first = lent.borrow()
    run(postgres, first, change.format(name=first))

    lent.give_back(first)

    assert lent.borrow() != first
    gone = f"select count(*) from pg_database where datname = '{first}'"
    assert run(postgres, "postgres", gone) == (0,)


def test_whoever_is_still_connected_is_disconnected(
    postgres: EmbeddedPostgres, lent: Databases
) -> None:
    first = lent.borrow()
    with psycopg.connect(postgres.url(first)) as left_behind:
        left_behind.execute(FAILURE)  # a transaction that is never ended

        lent.give_back(first)

        with pytest.raises(psycopg.OperationalError):
            left_behind.execute("select 1")
    assert lent.borrow() == first
    assert run(postgres, first, "select count(*) from job_failure") == (0,)


def test_database_whose_connections_were_all_ended_is_lent_again(
    postgres: EmbeddedPostgres, lent: Databases
) -> None:
    """Also those that `Databases` keeps."""
    first = lent.borrow()
    lent.give_back(first)
    assert lent.borrow() == first
    run(postgres, first, FAILURE)
    end = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname"
    run(postgres, "postgres", f"{end} = '{first}'")

    lent.give_back(first)

    assert lent.borrow() == first
    assert run(postgres, first, "select count(*) from job_failure") == (0,)
