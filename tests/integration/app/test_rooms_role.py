"""The SQL that docs/operate/internal.md gives an operator lets the room server read what it reads,
and nothing else.
"""

from __future__ import annotations

import re

import psycopg
import pytest

from showfloor.kit.contract import ROOM_ROWS
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "operate" / "internal.md").read_text("utf-8")


def test_role_of_the_docs_reads_the_rooms_and_nothing_else(database_url: str) -> None:
    (statements,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("revoke all on all tables in schema public from showfloor_fanout")

        connection.execute(statements)

        connection.execute("set role showfloor_fanout")
        for table in ROOM_ROWS:
            connection.execute(f"select from {table} limit 1")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select from person")
