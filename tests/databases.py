"""Databases for tests: copies of one migrated template, emptied and used again.

A copy and its first connection cost some 100 ms of a core, emptying one by a connection that has
done it before costs a tenth.
"""

from __future__ import annotations

import secrets
from typing import Any

import psycopg
from psycopg import sql

from showfloor.app.postgres import EmbeddedPostgres
from tests import connections

TEMPLATE = "showfloor_template"

MOST_USES = 100
"""Deleted rows stay in the files until they are vacuumed, so a copy is not used for ever."""

_SCHEMA = """
select md5(string_agg(entry, ',' order by entry)) from (
  select 'class' || oid || '.' || xmin from pg_class where oid >= 16384
  union all select 'column' || attrelid || '.' || attnum || '.' || xmin
    from pg_attribute where attrelid >= 16384
  union all select 'default' || oid || '.' || xmin from pg_attrdef where oid >= 16384
  union all select 'index' || indexrelid || '.' || xmin from pg_index where indexrelid >= 16384
  union all select 'constraint' || oid || '.' || xmin from pg_constraint where oid >= 16384
  union all select 'trigger' || oid || '.' || xmin from pg_trigger where oid >= 16384
  union all select 'function' || oid || '.' || xmin from pg_proc where oid >= 16384
  union all select 'type' || oid || '.' || xmin from pg_type where oid >= 16384
  union all select 'policy' || oid || '.' || xmin from pg_policy
  union all select 'schema' || oid || '.' || xmin from pg_namespace where nspname !~ '^pg_'
  union all select 'setting' || setrole || '.' || xmin from pg_db_role_setting
    where setdatabase = (select oid from pg_database where datname = current_database())
) as entries (entry)
"""
"""Changes with every definition of ours that is added, altered or dropped: PostgreSQL never alters
a row of its catalogs without a new `xmin` (the in-place statistics of VACUUM excepted).
"""

_DISCONNECT = """
select pg_terminate_backend(pid, 10000) from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
  and pid <> all (%s)
"""

_TABLES = """
select oid::regclass::text from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
"""

_NUMBERS = """
select setval(seqrelid, seqstart, false) from pg_sequence
where pg_sequence_last_value(seqrelid) is not null
"""


class Databases:
    """What one process of a run borrows. A copy whose definitions a test altered is dropped."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._free: list[str] = []
        self._uses: dict[str, int] = {}
        self._schema: str | None = None
        self._tables: list[str] = []
        self._connections: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}

    def borrow(self) -> str:
        """Name of an empty database with every table."""
        name = self._free.pop() if self._free else self._copy()
        self._uses[name] += 1
        return name

    def give_back(self, name: str) -> None:
        """Whoever is still connected is disconnected."""
        if self._uses[name] < MOST_USES and self._empty(name):
            self._free.append(name)
        else:
            self.drop(name)

    def close(self) -> None:
        for name in list(self._free):
            self.drop(name)

    def drop(self, name: str) -> None:
        if name in self._free:
            self._free.remove(name)
        del self._uses[name]
        self._disconnect(name)
        connections.forget(name)
        with self._connect("postgres") as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )

    def _copy(self) -> str:
        name = f"t_{secrets.token_hex(6)}"
        self._server.create_database(name, template=TEMPLATE)
        self._uses[name] = 0
        connections.lend(name)
        if self._schema is None:
            with self._connect(name) as connection:
                self._schema = _schema(connection)
                self._tables = [str(table) for (table,) in connection.execute(_TABLES)]
        return name

    def _empty(self, name: str) -> bool:
        """False when it is not what it was, or is gone."""
        for _ in range(2):  # a test may have ended our connection with all others
            try:
                connection = self._own_connection(name)
                connection.execute(_DISCONNECT, [connections.kept_processes(name)])
                if _schema(connection) != self._schema:
                    return False
                for table in self._filled(connection):
                    connection.execute(sql.SQL("delete from {}").format(sql.SQL(table)))
                connection.execute(_NUMBERS, prepare=True)
            except psycopg.OperationalError:
                self._disconnect(name)
            else:
                return True
        return False

    def _filled(self, connection: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
        """One statement, planned once: the tables are those of the template."""
        each = [f"select '{table}' where exists (select from {table})" for table in self._tables]
        found = connection.execute(sql.SQL(" union all ".join(each)), prepare=True)
        return [str(table) for (table,) in found]

    def _own_connection(self, name: str) -> psycopg.Connection[tuple[Any, ...]]:
        """Kept while the database is: a new one reads the catalogs of all tables again, which costs
        more than the rest.
        """
        if name not in self._connections:
            connection = self._connect(name)
            self._connections[name] = connection
            # No trigger may refuse, no foreign key wants an order.
            connection.execute("set session_replication_role = replica")
        return self._connections[name]

    def _disconnect(self, name: str) -> None:
        if (connection := self._connections.pop(name, None)) is not None:
            connection.close()

    def _connect(self, name: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self._server.url(name), autocommit=True)


def _schema(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    (found,) = connection.execute(_SCHEMA, prepare=True).fetchone() or ("",)
    return str(found)
