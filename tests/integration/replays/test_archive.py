"""Every replay and every clip can be found, however many came after it."""

from __future__ import annotations

import re

import httpx2
import pytest

from showfloor.kit.db import Database
from tests.integration.checkout.shop import execute
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.test_clips import add, make

SHOWS = """
insert into show select (jsonb_populate_record(show, jsonb_build_object(
  'id', gen_random_uuid(), 'slug', 'evening-' || number,
  'ended_at', show.ended_at - number / 2 * interval '1 minute'))).*
from show, generate_series(1, 60) as number
"""
CLIPS = """
insert into clip select (jsonb_populate_record(clip, jsonb_build_object(
  'id', gen_random_uuid(), 'slug', 'moment-' || number,
  'created_at', clip.created_at - number / 2 * interval '1 minute'))).*
from clip, generate_series(1, 60) as number
"""


async def walk(client: httpx2.AsyncClient, path: str, link: str) -> list[list[str]]:
    """The slugs on each page, as far as there are links to an earlier one."""
    walked: list[list[str]] = []
    following: str | None = path
    while following:
        html = (await client.get(following)).text
        walked.append(re.findall(rf'class="tile[^"]*" href="{link}([^"]+)"', html))
        further = re.search(r'rel="next" href="([^"]+)"', html)
        following = further[1] if further else None
    return walked


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_every_replay_is_on_one_page(
    client: httpx2.AsyncClient, database: Database, ended: EndedShow, lang: str
) -> None:
    """Two and two ended at one moment."""
    slug = (await client.get(ended.path)).json()["slug"]
    await execute(database, SHOWS)

    walked = await walk(client, f"/replays?lang={lang}", "/s/")

    assert [len(page) for page in walked] == [24, 24, 13]
    found = [each for page in walked for each in page]
    assert set(found) == {slug} | {f"evening-{number}" for number in range(1, 61)}
    assert len(found) == len(set(found))
    assert found.index("evening-59") > found.index("evening-2")
    home = (await client.get("/")).text
    assert 'href="/replays"' in home and "evening-59" not in home


async def test_every_clip_is_on_one_page(
    client: httpx2.AsyncClient, database: Database, filmed: EndedShow
) -> None:
    clip = (await add(client, filmed, 2, 4)).json()
    await make(filmed)
    await execute(database, CLIPS)

    walked = await walk(client, "/clips", "/c/")

    assert [len(page) for page in walked] == [24, 24, 13]
    found = [each for page in walked for each in page]
    assert set(found) == {clip["slug"]} | {f"moment-{number}" for number in range(1, 61)}


@pytest.mark.parametrize("path", ["/replays", "/clips"])
async def test_after_something_that_is_gone_one_begins_at_the_newest(
    client: httpx2.AsyncClient, path: str
) -> None:
    gone = await client.get(path, params={"before": "nothing"})
    empty = await client.get(path)

    assert (gone.status_code, gone.headers["location"]) == (303, path)
    assert (empty.status_code, 'rel="next"' in empty.text) == (200, False)
