"""Everything that counts something, as it stands now: for tests of what must leave no trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from sqlalchemy import text

from showfloor.app.migrate import import_models
from showfloor.kit.db import Base, Database

# Before any test runs: what another test has imported by then decides nothing, and no table is
# overlooked.
import_models()


async def rows_of(database: Database) -> dict[str, str]:
    """A digest of all rows by table: equal when not one of them is new, gone or different."""
    async with database.session() as session:
        return {
            table.name: (
                await session.execute(
                    text(
                        "select coalesce(md5(string_agg(line, chr(10) order by line)), '') from "
                        f'(select row_to_json(each)::text as line from "{table.name}" each) lines'
                    )
                )
            ).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The names of what is not the same."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


PUBLIC = (
    "/",
    "/api/v1/shows",
    "/api/v1/shows?state=live",
    "/api/v1/shows?state=scheduled",
    "/api/v1/shows?state=ended",
)
"""What everybody can ask for; the host's and the sellers' questions are the test's."""


async def answers(
    client: httpx2.AsyncClient, asked: Mapping[str, dict[str, str]]
) -> dict[str, str]:
    """The answer to each path, asked with these headers."""
    found = {}
    for path, headers in asked.items():
        answer = await client.get(path, headers=headers)
        found[path] = f"{answer.status_code} {answer.text}"
    return found
