"""An upgrade is one process's from its first migration to its last, and may be broken off anywhere:
what is done stays done, and who starts next goes on with what is left.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from showfloor.app import migrate
from showfloor.app.postgres import EmbeddedPostgres
from tests.databases import TEMPLATE
from tests.integration.app.test_migrations import database_of
from tests.waiting import BOUND, until_blocking

NOTE = """
insert into step (name, locks, patience)
select '{name}', count(*), current_setting('lock_timeout') from pg_locks
where locktype = 'advisory' and pid = pg_backend_pid() and granted
"""
HEAD = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None
"""
FIRST = f'''
def upgrade():
    op.execute("""{NOTE.format(name="first")}""")
    with op.get_context().autocommit_block():
        op.execute("""{NOTE.format(name="first, outside")}""")
    op.execute("""{NOTE.format(name="first, again")}""")
'''
SECOND = f'''
def upgrade():
    op.execute("""{NOTE.format(name="second")}""")
    op.execute("lock table gate")
'''
OF_FIRST = ["first", "first, outside", "first, again"]
TABLES = "create table gate (); create table step (name text, locks integer, patience text)"
REVISION = "select version_num from alembic_version"
STEPS = "select name from step"
AT_GATE = """
select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""
WAITS_FOR_TURN = """
select pid from pg_stat_activity where datname = current_database() and state = 'idle'
and query like 'select pg_try_advisory_lock%'
"""


@pytest.fixture
def newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version with two migrations more, of which the second goes through a gate. Its revision."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    before = max(file.name for file in (folder / "versions").glob("[0-9]*.py"))[:4]
    for revision, body in (("9001", FIRST), ("9002", SECOND)):
        file = folder / "versions" / f"{revision}_more.py"
        file.write_text(HEAD.format(revision=revision, before=before) + body)
        before = revision
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    return before


def _look(url: str, query: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query.encode()).fetchall()]


def test_lock_is_held_from_the_first_migration_to_the_last(
    postgres: EmbeddedPostgres, newest: str
) -> None:
    with database_of(postgres, None) as url, psycopg.connect(url) as connection:
        connection.execute(TABLES)
        connection.commit()

        migrate.upgrade_now(url)

        steps = connection.execute("select name, locks, patience from step").fetchall()
        # None of the migrations before them has left its patience behind.
        assert steps == [(name, 1, "0") for name in (*OF_FIRST, "second")]
        assert _look(url, REVISION) == [newest]
        # And it is given back.
        assert _look(url, f"select pg_try_advisory_lock({migrate.LOCK})") == [True]


def test_upgrade_that_was_broken_off_between_two_migrations_goes_on_in_the_process_that_waits(
    postgres: EmbeddedPostgres, newest: str
) -> None:
    with (
        database_of(postgres, TEMPLATE) as url,
        ThreadPoolExecutor() as pool,
        psycopg.connect(url) as gate,
    ):
        gate.execute(TABLES)
        gate.commit()
        gate.execute("lock table gate")
        one = pool.submit(migrate.upgrade_now, url)
        until_blocking(lambda: _look(url, AT_GATE) != [])
        # What is done stays, and the lock is still held: who comes now has to wait.
        assert (_look(url, REVISION), _look(url, STEPS)) == (["9001"], OF_FIRST)
        other = pool.submit(migrate.upgrade_now, url)
        until_blocking(lambda: _look(url, WAITS_FOR_TURN) != [])
        [at_gate] = _look(url, AT_GATE)

        _look(url, f"select pg_terminate_backend({at_gate})")
        with pytest.raises(OperationalError):
            one.result(BOUND)
        until_blocking(lambda: _look(url, AT_GATE) not in ([], [at_gate]))
        assert (_look(url, REVISION), _look(url, STEPS)) == (["9001"], OF_FIRST)
        gate.rollback()

        assert other.result(BOUND) is None
        assert (_look(url, REVISION), _look(url, STEPS)) == ([newest], [*OF_FIRST, "second"])
