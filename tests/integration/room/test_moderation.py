"""What the show's team takes off the screens, and puts back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from showfloor.room.service import moderation
from tests.integration.room.conftest import Talk


async def done(talk: Talk) -> list[str]:
    """The log, the newest first."""
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.host)
    return [f"{one['kind']} {one['reason']}".strip() for one in answer.json()["items"]]


async def delete(talk: Talk, message: Any, who: dict[str, str], reason: str = "") -> int:
    answer = await talk.client.delete(
        f"/api/v1/messages/{message['id']}", headers=who, params={"reason": reason}
    )
    return answer.status_code


async def test_deleted_message_is_gone_until_it_is_restored(talk: Talk) -> None:
    _, first = await talk.guest("Sofia", "kind")
    _, second = await talk.guest("Daniel", "rude")

    assert await delete(talk, second, talk.host, "unkind") == 204
    assert await talk.shown() == ["kind"]

    answer = await talk.client.post(f"/api/v1/messages/{second['id']}/restore", headers=talk.host)
    assert (answer.status_code, answer.json()["text"]) == (200, "rude")
    assert await talk.shown() == ["kind", "rude"]
    assert await done(talk) == ["restore", "delete unkind"]
    assert await delete(talk, first, talk.host) == 204


async def test_two_moderators_on_one_message_are_one_action(talk: Talk) -> None:
    _, message = await talk.guest("Daniel", "rude")

    answers = await asyncio.gather(*(delete(talk, message, talk.host) for _ in range(2)))

    assert answers == [204, 204]
    assert await done(talk) == ["delete"]


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "twin"])
async def test_only_who_runs_the_show_moderates(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    async def everybody(*_: object) -> bool:
        return True

    if not guard:
        monkeypatch.setattr(moderation, "may_moderate", everybody)
    token, message = await talk.guest("Daniel", "rude")

    assert await delete(talk, message, talk.seller) == (404 if guard else 204)
    assert await delete(talk, message, talk.stranger) == (404 if guard else 204)
    assert await delete(talk, message, token) == 401
    assert await talk.shown() == (["rude"] if guard else [])
    assert await done(talk) == ([] if guard else ["delete"])


async def test_log_is_the_team_s(talk: Talk) -> None:
    answer = await talk.client.get(f"/api/v1/shows/{talk.show}/chat-actions", headers=talk.seller)

    assert (answer.status_code, answer.json()["code"]) == (404, "show_not_found")
