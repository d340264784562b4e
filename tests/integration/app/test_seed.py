"""The demo starts again, wherever the last start was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from showfloor.app.demo import seed, state
from showfloor.app.demo.state import DemoState
from showfloor.identity import service as identity
from showfloor.kit import ids
from showfloor.kit.db import Database
from showfloor.shows import service as shows
from showfloor.shows.errors import ShowNotFound
from showfloor.shows.types import ShowState

ORIGIN = "http://127.0.0.1:8084"


class Killed(BaseException):
    """The process ended here."""


async def _works(database: Database, found: DemoState) -> bool:
    async with database.session() as session:
        host = await identity.person_of_api_key(session, found.tokens["host"])
        show = await shows.find_public_show(session, found.scheduled_slug)
        return host is not None and len(show.product_ids) == len(found.product_ids)


async def test_second_start_finds_what_the_first_one_made(
    database: Database, tmp_path: Path
) -> None:
    first = await seed.seed(database, tmp_path, ORIGIN)

    assert await seed.seed(database, tmp_path, ORIGIN) == first
    assert await _works(database, first)


@pytest.mark.parametrize("moment", ["before the state is saved", "before the commit"])
async def test_start_that_was_cut_off_can_be_repeated(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def killed(data: Path, made: DemoState) -> None:
        if moment == "before the commit":
            state.save(data, made)
        raise Killed

    with monkeypatch.context() as cut, pytest.raises(Killed):
        cut.setattr(seed, "save", killed)
        await seed.seed(database, tmp_path, ORIGIN)

    assert await _works(database, await seed.seed(database, tmp_path, ORIGIN))


async def test_pictures_whose_copying_was_cut_off_are_copied_again(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "uploads.draft").mkdir()
    (tmp_path / "uploads.draft" / "torn.webp").touch()

    await seed.seed(database, tmp_path, ORIGIN)

    assert (tmp_path / "uploads" / "products" / "mug-1.webp").stat().st_size > 0
    assert not (tmp_path / "uploads" / "torn.webp").exists()


async def test_show_that_is_over_is_planned_with_the_whole_shelf_and_seen_by_nobody_yet(
    database: Database, tmp_path: Path
) -> None:
    found = await seed.seed(database, tmp_path, ORIGIN)

    async with database.session() as session:
        past = await shows.get_show(session, ids.parse("show", found.past_show_id))
        with pytest.raises(ShowNotFound):
            await shows.find_public_show(session, found.past_slug)
    assert (past.state, len(past.product_ids)) == (ShowState.DRAFT, len(found.product_ids))
    clips = {clip["product_id"] for clip in state.show_plan()["past"]["clips"]}
    assert len(clips) == 3 and clips <= found.product_ids.keys()
