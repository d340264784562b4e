"""One key, one effect: repeats, other bodies, crashes and two at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from showfloor.kit import clock, idempotency
from showfloor.kit.db import Database
from showfloor.kit.errors import IdempotencyConflict, IdempotencyKeyRequired
from showfloor.kit.idempotency import KEPT_FOR, LONGEST_KEY, SHORTEST_KEY, StoredAnswer
from tests.waiting import until_somebody_waits

KEY, SCOPE = "k" * SHORTEST_KEY, "checkout.pay:chk_1"
BODY = idempotency.fingerprint({"total": 100})
ANSWER = StoredAnswer(201, {"id": "pay_1"})


async def answer_once(database: Database, *, key: str = KEY, scope: str = SCOPE) -> None:
    async with database.transaction() as connection:
        assert await idempotency.claim(connection, scope, key, BODY) is None
        idempotency.remember(connection, scope, key, ANSWER)


@pytest.mark.parametrize("key", [None, "", "k" * (SHORTEST_KEY - 1), "k" * (LONGEST_KEY + 1)])
def test_key_that_could_be_another_caller_s_is_refused(key: str | None) -> None:
    with pytest.raises(IdempotencyKeyRequired):
        idempotency.check_key(key)


@pytest.mark.parametrize("key", [KEY, "k" * LONGEST_KEY])
def test_key_of_a_good_length_is_taken(key: str) -> None:
    assert idempotency.check_key(key) == key


def test_bodies_that_mean_the_same_have_one_fingerprint() -> None:
    one = idempotency.fingerprint({"a": 1, "b": [1, 2], "c": {"x": None, "y": "é"}})

    assert one == idempotency.fingerprint({"c": {"y": "é", "x": None}, "b": [1, 2], "a": 1})
    for other in ({"a": 1, "b": [2, 1]}, {"a": "1"}, {"a": 1.5}, [], None):
        assert idempotency.fingerprint(other) != one


async def test_repeat_gets_the_first_answer(database: Database) -> None:
    await answer_once(database)

    async with database.transaction() as connection:
        assert await idempotency.claim(connection, SCOPE, KEY, BODY) == ANSWER


async def test_other_body_is_refused_and_the_answer_stays(database: Database) -> None:
    await answer_once(database)

    with pytest.raises(IdempotencyConflict):
        async with database.transaction() as connection:
            await idempotency.claim(connection, SCOPE, KEY, idempotency.fingerprint({"total": 1}))

    async with database.transaction() as connection:
        assert await idempotency.claim(connection, SCOPE, KEY, BODY) == ANSWER


async def test_scopes_and_keys_are_apart(database: Database) -> None:
    await answer_once(database)

    await answer_once(database, scope="checkout.pay:chk_2")
    await answer_once(database, key="o" * SHORTEST_KEY)

    async with database.session() as session:
        count = await session.execute(text("select count(*) from idempotent_answer"))
        assert count.scalar_one() == 3


async def test_key_of_a_request_that_failed_is_free_again(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as connection:
            await idempotency.claim(connection, SCOPE, KEY, BODY)
            raise ZeroDivisionError

    await answer_once(database)


async def test_second_of_two_at_once_waits_and_gets_the_first_one_s_answer(
    database: Database,
) -> None:
    async def second() -> StoredAnswer | None:
        async with database.transaction() as connection:
            return await idempotency.claim(connection, SCOPE, KEY, BODY)

    async with database.transaction() as connection:
        assert await idempotency.claim(connection, SCOPE, KEY, BODY) is None
        waiting = asyncio.create_task(second())
        await until_somebody_waits(database)
        idempotency.remember(connection, SCOPE, KEY, ANSWER)

    assert await waiting == ANSWER


async def test_second_of_two_at_once_goes_on_when_the_first_one_fails(database: Database) -> None:
    async def second() -> StoredAnswer | None:
        async with database.transaction() as connection:
            return await idempotency.claim(connection, SCOPE, KEY, BODY)

    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as connection:
            await idempotency.claim(connection, SCOPE, KEY, BODY)
            waiting = asyncio.create_task(second())
            await until_somebody_waits(database)
            raise ZeroDivisionError

    assert await waiting is None


async def test_key_is_stored_as_a_digest(database: Database) -> None:
    await answer_once(database)

    async with database.session() as session:
        row = await session.execute(text("select idempotent_answer::text from idempotent_answer"))
        assert KEY not in row.scalar_one()


async def test_answers_are_kept_a_day(database: Database) -> None:
    now = clock.now()
    with clock.use(lambda: now - KEPT_FOR - timedelta(seconds=1)):
        await answer_once(database)
    with clock.use(lambda: now - KEPT_FOR + timedelta(seconds=1)):
        await answer_once(database, key="o" * SHORTEST_KEY)

    with clock.use(lambda: now):
        async with database.session() as session:
            assert await idempotency.forget_old(session) == 1

    async with database.transaction() as connection:
        assert await idempotency.claim(connection, SCOPE, "o" * SHORTEST_KEY, BODY) == ANSWER
        assert await idempotency.claim(connection, SCOPE, KEY, BODY) is None
