"""Web asks how loud a show is, over the real ports."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.integration.streaming.peers import Publisher, Streaming, Tag

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]


async def test_sound_of_a_show_is_measured_when_asked(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(3)

    answers = await asyncio.gather(
        *(streaming.internal("POST", "/shows/show_a/sound") for _ in range(3))
    )

    assert {answer.status for answer in answers} == {200}
    (first, *others) = [answer.json() for answer in answers]
    assert others == [first, first]
    assert first["seconds"] > 3 and -70 < first["loudness"] < 0 and first["peak"] < 3
    # The connection and the process go on.
    assert (await streaming.internal("POST", "/shows/show_a/moment")).status == 200


async def test_without_sound_nothing_is_measured(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    nobody = await streaming.internal("POST", "/shows/show_a/sound")
    host = await publish()
    await host.play([tag for tag in tags("plain") if tag.kind != 8])
    await streaming.until(2)
    silent = await streaming.internal("POST", "/shows/show_a/sound")

    assert [(answer.status, answer.json()["code"]) for answer in (nobody, silent)] == [
        (409, "no_sound"),
        (409, "no_sound"),
    ]
    assert (await streaming.internal("POST", "/shows/show_a/sound", token="x")).status == 401
