"""How long questions are kept, and what is left of one when its asker is erased."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import psycopg

from showfloor.kit import clock, ids
from showfloor.kit.db import Database
from showfloor.privacy.types import Subject
from showfloor.room import service
from showfloor.room.eraser import ERASER
from showfloor.room.reader import QUESTIONS
from tests.integration.checkout.shop import scalar
from tests.integration.room.asking import ask, guest, join, listed, of_team, viewer_of_question
from tests.integration.room.conftest import ADULT, Talk
from tests.integration.room.test_accounts import signed_in
from tests.waiting import until_somebody_waits


async def test_viewer_reads_and_erases_what_was_asked_with_the_account(
    talk: Talk, database: Database, database_url: str
) -> None:
    who = await signed_in(talk, database)
    cotton = (await ask(talk, "Is it cotton?", who, name="Sofia", **ADULT)).json()
    token = {"Authorization": f"Bearer {cotton['token']}"} | who
    red = (await ask(talk, "Is it red?", token)).json()
    daniel, _ = await guest(talk, "Daniel", "is this cotton, please")
    await join(talk, red, daniel)
    by_daniel = (await ask(talk, "How heavy is it?", daniel)).json()
    await join(talk, by_daniel, token)
    async with database.session() as session:
        subject = Subject("sofia@example.com", await account(database_url))
        known = await QUESTIONS.read(session, subject, "")
        await ERASER.erase(session, subject)
        left = await QUESTIONS.read(session, subject, "")

    assert [(row["name"], row["text"]) for row in known] == [
        ("Sofia", "Is it cotton?"),
        ("Sofia", "Is it red?"),
        ("Sofia", ""),
    ]
    assert left == []
    # Who asks the same has words of their own; who only joined has none to ask with.
    assert await listed(talk) == [
        ("is this cotton, please", 1, "open"),
        ("How heavy is it?", 1, "open"),
    ]
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        found = await connection.execute("select id, key is null from chat_question order by id")
        keys = await found.fetchall()
    assert keys == [
        (ids.parse("qst", cotton["id"]), True),
        (ids.parse("qst", by_daniel["id"]), True),
    ]


async def account(database_url: str) -> Any:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        found = await connection.execute(
            "select viewer_id from chat_author where viewer_id is not null"
        )
        row = await found.fetchone()
    assert row is not None
    return row[0]


async def test_what_was_asked_is_kept_for_a_year(talk: Talk, database: Database) -> None:
    await guest(talk, "Sofia", "Is it cotton?")
    later = clock.now() + timedelta(days=366)

    with clock.use(lambda: later):
        async with database.session() as session:
            await service.forget_old(session)

    assert await of_team(talk) == []


async def test_question_that_is_joined_is_not_deleted_under_its_asker(
    talk: Talk, database: Database, database_url: str
) -> None:
    """An erasure waits for whoever asks at this moment: their row would belong to nothing."""
    who = await signed_in(talk, database)
    asked = (await ask(talk, "Is it cotton?", who, name="Sofia", **ADULT)).json()
    viewer = await viewer_of_question(database, asked)
    question_id = ids.parse("qst", asked["id"])

    async def erase() -> None:
        async with database.session() as session:
            await ERASER.erase(session, Subject("sofia@example.com", viewer))

    async with await psycopg.AsyncConnection.connect(database_url) as joining:
        await joining.execute(
            "select from chat_question where id = %s for key share", [question_id]
        )
        erasing = asyncio.create_task(erase())
        await until_somebody_waits(database)
        await joining.execute(
            "insert into chat_asker select gen_random_uuid(), show_id, id, gen_random_uuid(), "
            "gen_random_uuid(), 'Omar', null, now() from chat_question where id = %s",
            [question_id],
        )
        await joining.commit()
    await erasing

    assert await scalar(database, "select count(*) from chat_asker") == 0
