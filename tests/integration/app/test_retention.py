"""Nothing is kept longer than the file says: of each class, what is over goes with the worker's
next round, and what is not stays.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, insert, text

from showfloor.app import periodic
from showfloor.app.migrate import import_models
from showfloor.app.settings import Settings
from showfloor.kit import clock
from showfloor.kit.db import Base, Database
from showfloor.kit.retention import About, DataClass, KeptRows, data_classes, kept_for
from showfloor.replays.adapters.disk import DiskStorage

MARGIN = timedelta(minutes=10)
ENDING = [each for each in data_classes() if each.kept is not None]
SOONER = {"hold_network": timedelta()}
"""How long a planted row is surely kept, where that is less than the class says: a hold that
nobody paid forgets its network after its cool-down, COOL_DOWN_SECONDS; the six hours are those of
a purchase of goods with a limit for each buyer (stock/queries/networks.py).
"""

ALLOWED = {"coupon_claim.state": "lapsed", "waiting_place.state": "passed"}
"""What may stand in a column that takes a few words alone."""


def _table(rows: KeptRows) -> Table:
    import_models()
    return Base.metadata.tables[rows.table]


def _filler(column: Column[Any], number: int, at: datetime) -> Any:
    """Something of the column's kind; rows of one number point at each other."""
    if isinstance(column.type, JSON):
        return {}
    if (word := ALLOWED.get(f"{column.table.name}.{column.name}")) is not None:
        return word
    kind = column.type.python_type
    values: dict[type, Any] = {
        uuid.UUID: uuid.UUID(int=number),
        int: number,
        bool: False,
        bytes: str(number).encode(),
        list: [],
        str: f"x{number}",
        datetime: at,
    }
    return values[kind]


async def _plant(database: Database, which: DataClass, number: int, at: datetime) -> None:
    """A row in each table of the class, of that moment."""
    async with database.session() as session:
        # The rows that these point at are of no interest here.
        await session.execute(text("set local session_replication_role = replica"))
        for rows in which.rows:
            table = _table(rows)
            row = {column.name: _filler(column, number, at) for column in table.columns}
            await session.execute(insert(table).values(**row))


async def _left(database: Database, which: DataClass) -> dict[str, int]:
    """In how many rows of each table the data of the class still stand."""
    found = {}
    async with database.session() as session:
        for rows in which.rows:
            standing = " or ".join(f'"{name}" is not null' for name in rows.columns) or "true"
            count = await session.execute(
                text(f'select count(*) from "{rows.table}" where {standing}')
            )
            found[rows.table] = count.scalar_one()
    return found


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
@pytest.mark.parametrize("which", ENDING, ids=[each.name for each in ENDING])
async def test_what_is_over_goes_and_the_rest_stays(
    database: Database, tmp_path: Path, which: DataClass, guard: bool
) -> None:
    assert which.kept is not None
    now = clock.now()
    await _plant(database, which, 1, now - which.kept - MARGIN)
    await _plant(database, which, 2, now + MARGIN - SOONER.get(which.name, which.kept))

    settings = Settings(mode="test", data=tmp_path, secret="s" * 32, internal_token="t" * 32)
    for job in (
        *periodic.periodic_jobs({}, DiskStorage(tmp_path), hold_seconds=300),
        *periodic.import_jobs(settings),
    ):
        if guard and job.name.startswith("forget"):
            await job.run(database)

    assert set((await _left(database, which)).values()) == {1 if guard else 2}


def test_every_personal_column_has_a_class() -> None:
    import_models()
    personal = {
        table.name
        for table in Base.metadata.sorted_tables
        if any("personal" in column.info for column in table.columns)
    }

    assert personal <= {rows.table for each in data_classes() for rows in each.rows}


def test_what_is_about_somebody_says_by_which_law() -> None:
    for each in data_classes():
        assert (each.law is None) is (each.about is About.NOBODY), each.name


def test_file_names_columns_that_exist() -> None:
    for each in data_classes():
        for rows in each.rows:
            names = {column.name for column in _table(rows).columns}
            assert {*rows.columns, *([rows.since] if rows.since else [])} <= names, each.name


def test_class_without_an_end_is_never_counted_down() -> None:
    with pytest.raises(KeyError):
        kept_for("account")
    with pytest.raises(KeyError):
        kept_for("nothing like it")
