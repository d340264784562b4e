"""What shows take on the disk."""

from __future__ import annotations

import asyncio

import httpx2
from typer.testing import CliRunner

from showfloor.app.cli import cli
from showfloor.kit.db import Database
from showfloor.replays import service
from showfloor.replays.adapters.disk import DiskStorage
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.test_clips import add, make


async def test_show_takes_what_is_recorded_once_and_its_clips(
    client: httpx2.AsyncClient, filmed: EndedShow, database: Database
) -> None:
    clip = (await add(client, filmed, 2, 4)).json()
    await make(filmed)
    (filmed.data / "recordings" / "show_lost").mkdir()
    (filmed.data / "recordings" / "show_lost" / "1.m4s").write_bytes(bytes(50))

    async with database.session() as session:
        used = await service.list_disk_use(session, DiskStorage(filmed.data))

    folders = [filmed.recorded, filmed.data / "replays" / clip["id"]]
    playlists = (filmed.data / "replays" / filmed.shown_id).glob("*.m3u8")
    files = [file for folder in folders for file in folder.iterdir()]
    assert [(each.name, each.show and each.show.id) for each in used] == [
        (filmed.shown_id, filmed.id),
        ("show_lost", None),
    ]
    assert used[0].bytes == sum(file.stat().st_size for file in [*files, *playlists])
    assert used[1].bytes == 50


async def test_operator_reads_what_each_show_takes(ended: EndedShow, database_url: str) -> None:
    (ended.recorded / "1.m4s").write_bytes(bytes(3 << 20))
    environment = {"SHOWFLOOR_DATABASE_URL": database_url, "SHOWFLOOR_DATA": str(ended.data)}

    def command() -> str:
        return CliRunner().invoke(cli, ["recording", "list"], env=environment).stdout

    # A command has an event loop of its own.
    first, last = (await asyncio.to_thread(command)).splitlines()

    assert first.split()[:4] == ["3.0", "MiB", ended.shown_id, "ended"]
    assert last.split()[:4] == ["3.0", "MiB", "in", "all,"]
