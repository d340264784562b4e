"""What is deleted or withheld leaves object storage, too, whatever is under way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from showfloor.kit import clock
from showfloor.kit.db import Database
from showfloor.kit.objects import Objects, ObjectsUnavailable
from showfloor.replays import service, tasks
from showfloor.replays.adapters.cutter import ProcessCutter
from showfloor.replays.adapters.objects import ObjectStorage
from showfloor.web.templating import label_fonts
from tests.integration.app.conftest import client
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.stores import (
    MEDIA,
    Away,
    Prune,
    app,
    away,
    fetch,
    objects,
    prune,
    segments,
    storage,
    stored,
    url,
)
from tests.integration.replays.test_clips import add
from tests.integration.replays.test_decisions import change

__all__ = ["app", "away", "client", "objects", "prune", "storage", "url"]


async def test_withheld_replay_is_pruned_and_nothing_of_it_is_public(
    client: httpx2.AsyncClient, ended: EndedShow, prune: Prune
) -> None:
    await change(client, ended, public=False)

    await prune()

    assert segments(ended.recorded) == set() and ended.public() == set()
    assert (await fetch(client, ended, "2.m4s")).status_code == 404


async def test_what_somebody_deleted_in_the_store_stays_on_the_disk_and_is_copied_again(
    ended: EndedShow, storage: ObjectStorage, objects: Objects, prune: Prune
) -> None:
    storage.upload()
    objects.remove(f"recordings/{ended.shown_id}/3.m4s")

    await prune()

    assert segments(ended.recorded) == {"3.m4s"} and "3.m4s" not in stored(objects, ended)
    await prune()
    assert segments(ended.recorded) == set() and "3.m4s" in stored(objects, ended)


async def test_deleted_replay_leaves_nothing_in_the_store(
    client: httpx2.AsyncClient,
    ended: EndedShow,
    storage: ObjectStorage,
    objects: Objects,
    prune: Prune,
    database: Database,
) -> None:
    await prune()
    await client.delete(f"{ended.path}/replay", headers=ended.host)
    assert (await fetch(client, ended, "2.m4s")).status_code == 404

    await tasks.publish_replays(database, storage)

    assert stored(objects, ended) == set() and not ended.recorded.exists()
    late = ended.data / "late"
    late.write_bytes(b"segment")
    objects.put(late, f"recordings/{ended.shown_id}/9.m4s")
    await tasks.delete_leftovers(database, storage)
    assert stored(objects, ended) == set()


async def test_deleted_replay_and_its_clips_are_withdrawn_while_the_store_is_away(
    client: httpx2.AsyncClient,
    filmed: EndedShow,
    storage: ObjectStorage,
    objects: Objects,
    prune: Prune,
    away: Away,
    database: Database,
) -> None:
    await add(client, filmed, 2, 4)
    await tasks.make_clips(database, storage, ProcessCutter(), label_fonts())
    await prune()
    later = clock.now() + timedelta(days=366)

    with clock.use(lambda: later):
        async with database.session() as session:
            assert await service.delete_outlived(session, filmed.id)
        with pytest.raises(ObjectsUnavailable):
            await tasks.publish_replays(database, away())

        assert list((filmed.data / "replays").iterdir()) == []
        assert (await filmed.shown(client))["state"] == "deleted"
        assert stored(objects, filmed)
        await tasks.publish_replays(database, storage)

    assert stored(objects, filmed) == set()
    async with database.session() as session:
        assert await service.list_unpublished(session) == []


async def test_upload_under_way_when_its_recording_is_deleted_is_taken_back(
    ended: EndedShow, storage: ObjectStorage, objects: Objects
) -> None:
    class Deleting(Objects):
        def put(self, file: Path, key: str) -> None:
            super().put(file, key)
            ObjectStorage(ended.data, objects).delete(ended.shown_id)

    ObjectStorage(ended.data, Deleting("s3://shows/folder")).upload()

    assert stored(objects, ended) == set()


async def test_leftovers_of_shows_that_stand_are_not_touched(
    ended: EndedShow, storage: ObjectStorage, objects: Objects, database: Database
) -> None:
    storage.upload()
    odd = ended.data / "odd"
    odd.write_bytes(b"x")
    objects.put(odd, "recordings/somebody-s/file")

    await tasks.delete_leftovers(database, storage)

    assert stored(objects, ended) == {*MEDIA, "index.jsonl"}
    assert objects.sizes("recordings/somebody-s/") == {"recordings/somebody-s/file": 1}
