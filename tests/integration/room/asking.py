"""What people ask in a show, and what its team decides, by the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from showfloor.fanout import queries as fanout_queries
from showfloor.kit import ids
from showfloor.kit.db import Database
from tests.integration.checkout.shop import scalar
from tests.integration.room.conftest import ADULT, Talk
from tests.waiting import BOUND

Headers = dict[str, str]


async def ask(talk: Talk, text: str, who: Headers | None = None, **body: Any) -> Any:
    return await talk.client.post(
        f"/api/v1/shows/{talk.show}/questions", json={"text": text, **body}, headers=who or {}
    )


async def guest(talk: Talk, name: str, text: str, **body: Any) -> tuple[Headers, dict[str, Any]]:
    """Somebody who asks: the header of their token, and the question."""
    answer = await ask(talk, text, name=name, **ADULT, **body)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}, answer.json()


async def join(talk: Talk, question: Any, who: Headers | None = None, **body: Any) -> Any:
    return await talk.client.post(
        f"/api/v1/questions/{question['id']}/askers", json=body, headers=who or {}
    )


async def decide(talk: Talk, what: str, question: Any, who: Headers | None = None) -> Any:
    return await talk.client.post(
        f"/api/v1/questions/{question['id']}/{what}", headers=who or talk.host
    )


async def listed(talk: Talk) -> list[tuple[str, int, str]]:
    """What everybody reads."""
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/questions")
    return [(one["text"], one["askers"], one["state"]) for one in answer.json()["items"]]


async def of_team(talk: Talk, who: Headers | None = None) -> Any:
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/asked", headers=who or talk.host)
    return answer.json().get("items", answer.json().get("code"))


async def change_number(talk: Talk, database_url: str) -> int:
    """What the room server reads."""
    async with fanout_queries.reader(database_url, BOUND) as reader:
        return (await reader.questions([talk.floor.show.id])).get(talk.floor.show.id, 0)


def product(talk: Talk, at: int = 0) -> str:
    return ids.encode("prod", talk.floor.products[at].id)


async def viewer_of_question(database: Database, question: Any) -> UUID:
    found = await scalar(
        database,
        "select distinct viewer_id from chat_author join chat_asker on author_id = chat_author.id "
        f"where viewer_id is not null and question_id = '{ids.parse('qst', question['id'])}'",
    )
    return UUID(str(found))
