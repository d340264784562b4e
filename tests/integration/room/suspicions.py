"""An operator, and what they and the worker do about suspicions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text

from showfloor.identity.types import GrantKind
from showfloor.kit.db import Database
from showfloor.privacy import service as privacy
from showfloor.privacy.types.evidence import Verdict
from tests.integration.room.conftest import Talk
from tests.people import add_key, add_person

SECRET = "s" * 32
SENTENCE = "Her card and her voice on the telephone are those of an adult."
PROVED = {"decision": "adult", "reason": "age_proved", "proof": "video_call", "words": SENTENCE}
MISTAKEN = {"decision": "adult", "reason": "report_mistaken", "words": SENTENCE}
CHILD = {"decision": "child", "reason": "said_so", "words": "She wrote that she is eleven."}


async def operator(database: Database) -> dict[str, str]:
    async with database.session() as session:
        return await add_key(
            session, await add_person(session, "olga", (GrantKind.OPERATOR, UUID(int=0)))
        )


async def safety(talk: Talk, who: dict[str, str]) -> Any:
    answer = await talk.client.get("/api/v1/safety", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def decide(talk: Talk, who: dict[str, str], case: Any, **said: Any) -> Any:
    path = f"/api/v1/safety/cases/{case['id']}/decision"
    return await talk.client.post(path, json=said, headers=who)


async def work(database: Database) -> None:
    """What the worker does: cases, then the erasures that they ask for."""
    await privacy.carry_out_cases(database, secret=SECRET)
    await privacy.carry_out_erasures(database, secret=SECRET)


async def noted(database: Database) -> list[str]:
    """What the evidence says, in its order."""
    async with database.session() as session:
        found = await session.scalars(text("select event from evidence order by number"))
        return [str(event).removeprefix("suspicion_") for event in found]


async def verify(database: Database) -> Verdict:
    async with database.session() as session:
        return await privacy.verify_evidence(session)
