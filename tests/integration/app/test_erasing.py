"""`privacy.erase` leaves nothing of a person in any column that is marked as personal."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Table, insert, text

from showfloor.app.migrate import import_models
from showfloor.app.wiring import connect_erasers
from showfloor.kit import clock
from showfloor.kit.db import Base, Database
from showfloor.privacy import service as privacy
from showfloor.privacy.service import requests
from showfloor.privacy.types import Subject
from tests.integration.app.test_retention import ALLOWED

EMAIL = "anna.canary@example.com"
CANARY = "canary"
ROW = uuid.uuid4()
"""The id of every row, so that they point at each other: a parcel is its order's."""


def _personal_tables() -> list[Table]:
    import_models()
    return [
        table
        for table in Base.metadata.sorted_tables
        if any("personal" in column.info for column in table.columns)
    ]


def _filler(column: Column[Any]) -> Any:
    """Something of the column's kind, with the person in it where it is a personal one."""
    personal = "personal" in column.info
    if (word := ALLOWED.get(f"{column.table.name}.{column.name}")) is not None:
        return word
    if isinstance(column.type, JSON):
        return {"name": f"{CANARY} of Anna"} if personal else {}
    kind = column.type.python_type
    if column.name == "email" and kind is str:
        return EMAIL
    if kind is bytes and personal:
        return f"{CANARY} of Anna".encode()
    if kind is str:
        return f"{CANARY} of Anna" if personal else "x"
    return {uuid.UUID: ROW, int: 1, bool: False, bytes: b"x", list: []}.get(kind, clock.now())


async def _fill(database: Database) -> None:
    async with database.session() as session:
        # The rows that these point at are of no interest here.
        await session.execute(text("set local session_replication_role = replica"))
        for table in _personal_tables():
            row = {column.name: _filler(column) for column in table.columns}
            await session.execute(insert(table).values(**row))


def _has_ids_alone(table: Table) -> bool:
    """Knows the person by the id of their account, and nothing else of them."""
    personal = [column for column in table.columns if "personal" in column.info]
    return bool(personal) and all(column.type.python_type is uuid.UUID for column in personal)


async def _traces(database: Database) -> set[str]:
    """The tables in which something of the person still stands."""
    found = set()
    async with database.session() as session:
        for table in Base.metadata.sorted_tables:
            traces = [f"%{CANARY}%", f"%{CANARY.encode().hex()}%"]
            if _has_ids_alone(table):
                traces.append(f"%{ROW}%")
            count = await session.execute(
                text(
                    f'select count(*) from "{table.name}" as row where row::text like any(:traces)'
                ),
                {"traces": traces},
            )
            if count.scalar_one():
                found.add(table.name)
    return found


async def test_nothing_of_an_erased_person_is_left_anywhere(database: Database) -> None:
    connect_erasers()
    await _fill(database)
    assert await _traces(database) == {table.name for table in _personal_tables()}

    async with database.session() as session:
        touched = await privacy.erase(session, Subject(EMAIL, ROW))

    assert await _traces(database) == set()
    assert all(touched.values())


async def test_without_one_eraser_its_columns_are_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    connect_erasers()
    await _fill(database)
    others = {name: each for name, each in requests._erasers.items() if name != "checkout"}
    monkeypatch.setattr(requests, "_erasers", others)

    async with database.session() as session:
        await privacy.erase(session, Subject(EMAIL, ROW))

    assert await _traces(database) == {"checkout"}
