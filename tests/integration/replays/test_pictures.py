"""Poster and storyboard: drawn after the replay is there, and gone with what they show."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest
from PIL import Image, ImageStat

from showfloor.kit import clock
from showfloor.replays import service, tasks
from showfloor.replays.adapters.disk import DiskStorage
from showfloor.replays.adapters.painter import (
    NOTHING,
    Drawn,
    Order,
    ProcessPainter,
    StillFile,
)
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.films import DARKEST, SIZE, STEP, brightness_at
from tests.integration.replays.test_decisions import change, span
from tests.integration.replays.test_publish import WHOLE

NEAR = STEP // 2 - 2
"""Of a brightness: less than half a step, so that no two seconds look alike."""


async def draw(show: EndedShow) -> None:
    """One round of the worker."""
    await tasks.draw_pictures(show.database, DiskStorage(show.data), ProcessPainter())


def brightness(picture: Image.Image) -> float:
    # The film is in video range, the picture in full range.
    return float(ImageStat.Stat(picture.convert("L")).mean[0]) * 219 / 255 + 16


async def tiles_of(client: httpx2.AsyncClient, show: EndedShow) -> dict[float, float]:
    """Brightness by second of the show, as the public index and sheets say."""
    shown = (await client.get(show.path)).json()["replay"]
    board = (await client.get(shown["storyboard_url"])).json()
    found = {}
    for tile in board["tiles"]:
        sheet = Image.open(show.data / "replays" / show.shown_id / tile["sheet"])
        x, y = tile["x"], tile["y"]
        cell = sheet.crop((x, y, x + board["width"], y + board["height"]))
        found[(tile["at"] - clock.milliseconds(show.start)) / 1000] = brightness(cell)
    return found


async def test_tile_every_two_seconds_shows_its_own_second(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    assert (await filmed.shown(client))["storyboard_url"] is None

    await draw(filmed)

    tiles = await tiles_of(client, filmed)
    assert list(tiles) == [0, 2, 4, 6, 8]
    for second, level in tiles.items():
        assert level == pytest.approx(brightness_at(second), abs=NEAR)


async def test_poster_is_the_very_frame_that_the_host_chose(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    await change(client, filmed, poster_at=clock.rfc3339(filmed.at(7.5)))
    await draw(filmed)

    shown = (await client.get(filmed.path)).json()
    assert shown["poster_url"] == shown["replay"]["poster_url"]
    name = shown["poster_url"].rpartition("/")[2]
    poster = Image.open(filmed.data / "replays" / filmed.shown_id / name)
    assert poster.size == SIZE
    assert brightness(poster) == pytest.approx(brightness_at(7.5), abs=NEAR)
    assert (await client.get(shown["poster_url"])).headers["content-type"] == "image/webp"


async def test_pictures_of_a_hidden_span_are_gone_before_the_answer(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    await change(client, filmed, poster_at=clock.rfc3339(filmed.at(4.5)))
    await draw(filmed)
    before = (await client.get(filmed.path)).json()["replay"]
    sheets = {name for name in filmed.public() if name.endswith(".webp")}
    assert len(sheets) == 2

    await change(client, filmed, hidden=[span(filmed, 4, 5)])

    assert filmed.public() == WHOLE - {"3.m4s"}
    assert (await client.get(before["poster_url"])).status_code == 404
    assert (await filmed.shown(client))["poster_url"] is None
    await draw(filmed)
    assert list(await tiles_of(client, filmed)) == [0, 2, 6, 8]
    poster = (await filmed.shown(client))["poster_url"]
    name = str(poster).rpartition("/")[2]
    shown = Image.open(filmed.data / "replays" / filmed.shown_id / name)
    assert brightness(shown) != pytest.approx(brightness_at(4.5), abs=NEAR)
    assert not sheets & filmed.public()


class Hides(ProcessPainter):
    """Draws, and meanwhile the host hides a part."""

    def __init__(self, client: httpx2.AsyncClient, show: EndedShow) -> None:
        super().__init__()
        self.client, self.show = client, show

    async def draw(self, order: Order) -> Drawn:
        drawn = await super().draw(order)
        await change(self.client, self.show, hidden=[span(self.show, 0, 1)])
        return drawn


async def test_pictures_of_an_older_decision_never_become_public(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    await tasks.draw_pictures(filmed.database, DiskStorage(filmed.data), Hides(client, filmed))

    assert filmed.public() == WHOLE - {"1.m4s"}
    await draw(filmed)
    assert list(await tiles_of(client, filmed)) == [2, 4, 6, 8]


async def test_recording_that_cannot_be_decoded_is_a_replay_without_pictures(
    client: httpx2.AsyncClient, ended: EndedShow
) -> None:
    await draw(ended)

    assert (await ended.shown(client))["state"] == "ready"
    assert ended.public() == WHOLE
    async with ended.database.session() as session:
        assert await service.list_undrawn(session) == []


async def test_show_without_pictures_yet_is_announced_by_its_cover(
    client: httpx2.AsyncClient, filmed: EndedShow
) -> None:
    cover = Image.new("RGB", (400, 400), (DARKEST, 0, 0))
    cover.save(filmed.data / "cover.jpg")
    answer = await client.put(
        f"{filmed.path}/cover",
        content=(filmed.data / "cover.jpg").read_bytes(),
        headers=filmed.host | {"Content-Type": "image/jpeg"},
    )
    url = answer.json()["cover_url"]
    await draw(filmed)

    assert (await client.get(filmed.path)).json()["poster_url"] == url
    await change(client, filmed, poster_at=clock.rfc3339(filmed.at(1)))
    await draw(filmed)
    shown = (await client.get(filmed.path)).json()
    assert shown["poster_url"] == shown["replay"]["poster_url"] != url


async def test_drawing_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    still = StillFile("/dev/zero", "/dev/zero", 0)

    assert await ProcessPainter(0.01).draw(Order(str(tmp_path), "1", [still], still)) == NOTHING


def test_endless_file_is_no_segment(tmp_path: Path) -> None:
    still = StillFile("/dev/zero", "/dev/zero", 0)

    drawn = asyncio.run(ProcessPainter().draw(Order(str(tmp_path), "1", [still], still)))

    assert drawn == NOTHING
    assert list(tmp_path.iterdir()) == []
