"""Bring a database to the newest shape: Alembic's migrations, under a lock, so that several
processes may start at once. Each is a transaction of its own, so that an upgrade that was broken
off goes on with the next one; a migration that would keep a table locked for long commits its
steps one by one and may be repeated (0066).
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import pkgutil
import time
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

import showfloor
from showfloor.kit.contract import ROOM_ROWS

MIGRATIONS = Path(__file__).parent / "migrations"
_READ = ", ".join(ROOM_ROWS)
FANOUT_MAY_ONLY_READ = f"""
do $$ begin
  if not exists (select from pg_roles where rolname = 'showfloor_fanout') then
    begin
      create role showfloor_fanout login;
    exception when insufficient_privilege or duplicate_object or unique_violation then null;
    end;
  end if;
  if exists (select from pg_roles where rolname = 'showfloor_fanout') and not (
    select bool_and(has_table_privilege('showfloor_fanout', name, 'select'))
    from unnest('{{{_READ}}}'::text[]) name
  ) then
    grant select on {_READ} to showfloor_fanout;
  end if;
end $$
"""  # noqa: S608 - names of our own tables
"""After each upgrade, because a role is no part of a database: a backup brings none. A managed
server may not let us make roles; then its operator does (docs/operate/internal.md) and fanout gets
its own URL.
"""
LOCK = 0x5F0F_100F
"""Any number that nobody else uses for pg_advisory_lock."""
BETWEEN_LOOKS = 0.1
"""Seconds."""


async def upgrade(url: str) -> None:
    await asyncio.to_thread(upgrade_now, url)


def upgrade_now(url: str) -> None:
    """`url` is a libpq URL; the role must own the database."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            _wait_for_turn(connection)
            with connection.begin():
                is_old = _revisions(connection) != [_newest()]
            if is_old:
                _migrate(connection)
            with connection.begin():
                connection.execute(text(FANOUT_MAY_ONLY_READ))
    finally:
        # With its connection the lock is gone.
        engine.dispose()


def _wait_for_turn(connection: Connection) -> None:
    """The lock is the connection's, across transactions. Who waited for it inside a statement would
    have a snapshot all the while, for which an index that is built concurrently waits in turn.
    """
    usual = connection.get_isolation_level()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    while not _try_lock(connection):
        time.sleep(BETWEEN_LOOKS)
    connection.execution_options(isolation_level=usual)


def _try_lock(connection: Connection) -> bool:
    ask = text("select pg_try_advisory_lock(:lock)")
    with connection.begin():
        return bool(connection.execute(ask, {"lock": LOCK}).scalar_one())


def _revisions(connection: Connection) -> list[str]:
    """What Alembic noted in the database; nothing in one that it has never seen."""
    if connection.execute(text("select to_regclass('alembic_version')")).scalar_one() is None:
        return []
    return list(connection.execute(text("select version_num from alembic_version")).scalars())


def _newest() -> str:
    """The number of the last file is its revision (tests/architecture/test_migrations.py)."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]


def _migrate(connection: Connection) -> None:
    # Every command of an operator comes by, and loading these and all migrations was a third of
    # what it cost.
    from alembic import command  # noqa: PLC0415 - nearly always there is nothing to do
    from alembic.config import Config  # noqa: PLC0415 - nearly always there is nothing to do

    config = Config()
    # ConfigParser takes a single % of a folder's name for a reference.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def import_models() -> None:
    """Every module's tables, so that the metadata is whole."""
    for module in pkgutil.iter_modules(showfloor.__path__):
        if module.ispkg and importlib.util.find_spec(f"showfloor.{module.name}.models"):
            importlib.import_module(f"showfloor.{module.name}.models")
    for name in ("outbox", "idempotency", "jobs"):
        importlib.import_module(f"showfloor.kit.{name}")
