"""The evidence is only added to, and whoever changes it all the same is found out."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy.exc import IntegrityError

from showfloor.kit.db import Database
from showfloor.privacy.service import evidence
from showfloor.privacy.types.evidence import Actor, Event, EvidenceHead, Note, Verdict
from tests.integration.checkout.shop import execute, scalar
from tests.waiting import bounded

POLICY = "suspicion-2026-11-28 sha256:" + "a" * 64


def about(case: int, **facts: str | int) -> Note:
    return Note(Event.REPORTED, Actor.VISITOR, f"case_{case:032x}", POLICY, facts)


async def write(database: Database, count: int) -> None:
    for number in range(1, count + 1):
        async with database.session() as session:
            await evidence.note_evidence(session, about(number, source="chat", reports=number))


async def verdict(database: Database, noted: EvidenceHead | None = None) -> Verdict:
    async with database.session() as session:
        return await evidence.verify_evidence(session, noted)


def tamper(database_url: str, *statements: LiteralString | Composed) -> None:
    """As somebody who may do everything in the database."""
    with psycopg.connect(database_url) as admin:
        admin.execute("set session_replication_role = replica")
        for statement in statements:
            admin.execute(statement)


async def test_chain_of_what_was_noted_holds(database: Database) -> None:
    await write(database, 3)

    found = await verdict(database)

    assert found.holds and (found.entries, found.head.number) == (3, 3)


async def test_nothing_noted_yet_holds(database: Database) -> None:
    assert (await verdict(database)).holds


@pytest.mark.parametrize(
    "change",
    ["update evidence set facts = '{}'", "delete from evidence", "truncate evidence"],
)
async def test_database_refuses_to_change_the_evidence(database: Database, change: str) -> None:
    await write(database, 2)

    with pytest.raises(IntegrityError, match="only added to"):
        await execute(database, change)

    assert (await verdict(database)).entries == 2


@pytest.mark.parametrize(
    ("trigger", "change"),
    [
        ("evidence_append_only", "delete from evidence"),
        ("evidence_not_emptied", "truncate evidence"),
    ],
)
async def test_without_its_trigger_the_evidence_is_lost(
    database: Database, database_url: str, trigger: str, change: str
) -> None:
    """The twin; that it is gone is found."""
    await write(database, 2)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(SQL("alter table evidence disable trigger {}").format(Identifier(trigger)))

    await execute(database, change)

    assert await scalar(database, "select count(*) from evidence") == 0
    assert (await verdict(database)).first_bad == 1


TEXTS = ("event", "actor", "subject", "policy", "facts", "previous", "digest")


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize("place", [0, 5, -1])
async def test_a_byte_that_is_flipped_names_its_entry(
    database: Database, database_url: str, column: str, place: int
) -> None:
    await write(database, 4)
    before = str(await scalar(database, f"select {column} from evidence where number = 3"))
    place = min(place, len(before) - 1) % len(before)
    changed = before[:place] + chr(ord(before[place]) ^ 1) + before[place + 1 :]

    with psycopg.connect(database_url) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute(
            SQL("update evidence set {} = %s where number = 3").format(Identifier(column)),
            [changed],
        )

    found = await verdict(database)
    assert (found.first_bad, found.entries) == (3, 2)


async def test_a_microsecond_that_is_moved_names_its_entry(
    database: Database, database_url: str
) -> None:
    await write(database, 3)

    tamper(database_url, "update evidence set at = at + '1 microsecond' where number = 2")

    assert (await verdict(database)).first_bad == 2


async def test_a_number_that_is_changed_names_the_place_that_is_empty(
    database: Database, database_url: str
) -> None:
    await write(database, 3)

    tamper(database_url, "update evidence set number = 7 where number = 2")

    assert (await verdict(database)).first_bad == 2


@pytest.mark.parametrize("number", [1, 2, 4])
async def test_an_entry_that_is_deleted_is_named(
    database: Database, database_url: str, number: int
) -> None:
    """Also the last one."""
    await write(database, 4)

    tamper(database_url, SQL("delete from evidence where number = {}").format(number))

    found = await verdict(database)
    assert (found.first_bad, found.problem) == (number, "it is missing")


async def test_two_that_are_swapped_name_the_first(database: Database, database_url: str) -> None:
    await write(database, 4)

    tamper(
        database_url,
        "update evidence set number = -number where number in (2, 3)",
        "update evidence set number = 5 + number where number in (-2, -3)",
    )

    assert (await verdict(database)).first_bad == 2


async def test_a_chain_that_is_written_anew_is_found_by_the_head_noted_elsewhere(
    database: Database, database_url: str
) -> None:
    """Whoever may write everything can make another chain that holds by itself."""
    await write(database, 3)
    noted = (await verdict(database)).head
    tamper(database_url, "delete from evidence", "delete from evidence_head")
    await write(database, 4)

    assert (await verdict(database)).holds
    assert (await verdict(database, noted)).first_bad == 3
    assert (await verdict(database, EvidenceHead(9, "f" * 64))).first_bad == 5


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_many_who_append_at_once_make_one_chain(
    database: Database, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    if not guard:
        monkeypatch.setattr(evidence.queries, "lock_head", evidence.queries.head)
    started = asyncio.Barrier(4)

    async def append(number: int) -> None:
        async with database.session() as session:
            await evidence.queries.head(session)
            async with bounded():
                await started.wait()
            await evidence.note_evidence(session, about(number))

    async with database.session() as session:
        await evidence.note_evidence(session, about(0))
    ended = await asyncio.gather(*map(append, range(1, 5)), return_exceptions=True)

    found = await verdict(database)
    failed = [each for each in ended if each is not None]
    assert bool(failed) is not guard
    assert found.holds and found.entries == 5 - len(failed)


async def test_what_may_be_a_name_is_no_fact(database: Database) -> None:
    for value in ("Sofia Haddad", "sofia@example.com", "سارة", "2016-01-01", "+441632960961"):
        with pytest.raises(ValueError, match="no such fact"):
            async with database.session() as session:
                await evidence.note_evidence(session, about(1, reason=value))

    assert (await verdict(database)).entries == 0


def check_as_the_readme_says(lines: bytes) -> tuple[int, str]:
    """Written from README.txt of the export alone."""
    before, count = "0" * 64, 0
    for line in lines.decode().splitlines():
        entry: dict[str, Any] = json.loads(line)
        said = entry.pop("hash")
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        count += 1
        assert entry["n"] == count and entry["prev"] == before
        assert hashlib.sha256(text.encode()).hexdigest() == said
        before = said
    return count, before


async def test_export_is_checked_without_our_software(database: Database) -> None:
    await write(database, 3)

    async with database.session() as session:
        written = await evidence.export_evidence(session)

    with zipfile.ZipFile(io.BytesIO(written)) as found:
        assert set(found.namelist()) == {
            "entries.jsonl",
            "head.txt",
            "README.txt",
            "policies/suspicion-2026-11-28.json",
        }
        count, last = check_as_the_readme_says(found.read("entries.jsonl"))
        assert found.read("head.txt").decode() == f"{count} {last}\n" == f"3 {last}\n"
        with pytest.raises(AssertionError):
            check_as_the_readme_says(found.read("entries.jsonl").replace(b"chat", b"what", 1))
