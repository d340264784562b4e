"""What the operator and the host learn of object storage, and what the scan reads in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from showfloor.app import periodic, wiring
from showfloor.app.cli import cli
from showfloor.app.doctor import findings
from showfloor.app.scan import scan
from showfloor.app.settings import Settings
from showfloor.kit import jobs
from showfloor.kit.db import Database
from showfloor.kit.objects import UPLOAD_JOB, Objects, ObjectsUnavailable
from showfloor.replays import service
from showfloor.replays.adapters.objects import ObjectStorage
from tests import buckets
from tests.integration.app.conftest import client
from tests.integration.replays.conftest import EndedShow
from tests.integration.replays.stores import (
    Prune,
    app,
    objects,
    prune,
    segments,
    storage,
    url,
)
from tests.waiting import BOUND

__all__ = ["app", "client", "objects", "prune", "storage", "url"]
Broken = Callable[[], AbstractContextManager[str]]


@pytest.mark.parametrize(
    ("broken", "reason", "word"),
    [
        (lambda: buckets.answering(503, "SlowDown"), "busy", "cannot now"),
        (lambda: buckets.answering(403, "InvalidAccessKeyId"), "access_denied", "AWS_ACCESS_KEY"),
        (lambda: buckets.answering(404, "NoSuchBucket"), "bucket_missing", "no such bucket"),
        (buckets.silent, "unreachable", "does not answer"),
    ],
)
async def test_store_that_is_wrong_costs_no_recording_and_is_named(
    ended: EndedShow, broken: Broken, reason: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in buckets.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    seconds = 0.5 if broken is buckets.silent else BOUND
    monkeypatch.setattr("showfloor.app.doctor.STORAGE_SECONDS", seconds)
    with broken() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        storage = ObjectStorage(ended.data, Objects("s3://shows", seconds=seconds))
        with pytest.raises(ObjectsUnavailable) as refused:
            storage.upload()
        (sentence,) = findings(Settings(mode="demo", storage_url="s3://shows"))

    assert refused.value.reason == reason
    assert word in sentence and "stay on this disk" in sentence
    assert buckets.KEY_ID not in sentence and buckets.SECRET not in sentence
    assert len(segments(ended.recorded)) == 6 and not list(ended.recorded.glob(".*"))
    assert not storage.has_copies(ended.shown_id)


async def test_studio_says_that_recordings_are_not_copied_until_they_are(
    client: httpx2.AsyncClient, on_air: EndedShow, database: Database
) -> None:
    async def warned() -> list[str]:
        view = (await client.get(f"{on_air.path}/studio", headers=on_air.host)).json()
        return [warning["code"] for warning in view["ingest"]["health"]["warnings"]]

    before = await warned()
    await jobs.note_failure(database, UPLOAD_JOB, 1, ObjectsUnavailable("busy"))
    failing = await warned()
    await jobs.note_success(database, UPLOAD_JOB)

    assert "recording_not_copied" not in before and "recording_not_copied" in failing
    assert await warned() == before


async def test_operator_reads_what_a_show_takes_on_the_disk_and_in_the_store(
    ended: EndedShow, prune: Prune, storage: ObjectStorage, database: Database
) -> None:
    await prune()

    async with database.session() as session:
        (used,) = await service.list_disk_use(session, storage)

    on_disk = [file for folder in (ended.recorded, ended.data / "replays" / ended.shown_id)
               for file in folder.iterdir() if file.name != "init-a.mp4"]  # fmt: skip
    assert used.remote_bytes == 6 * len(b"segment") + len(b"init")
    assert used.bytes == sum(file.stat().st_size for file in on_disk) + len(b"init")


def test_demo_with_a_store_that_works_lacks_nothing(url: str) -> None:
    assert findings(Settings(mode="demo", storage_url=url)) == []


def test_worker_copies_only_where_there_is_a_store(url: str, tmp_path: Path) -> None:
    alone = Settings(data=tmp_path)
    copied = Settings(data=tmp_path, storage_url=url)

    assert periodic.storage_jobs(alone, wiring.recordings(alone)) == []
    assert UPLOAD_JOB in [
        job.name for job in periodic.storage_jobs(copied, wiring.recordings(copied))
    ]


def test_address_that_is_no_bucket_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWFLOOR_STORAGE_URL", "https://key:secret@s3.example")

    answer = CliRunner().invoke(cli, ["doctor"])

    assert answer.exit_code != 0 and "s3://bucket" in str(answer.exception or answer.output)
    assert "secret@" not in str(answer.exception) + answer.output


async def test_privacy_scan_reads_what_is_in_the_store_alone(
    ended: EndedShow, url: str, prune: Prune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("showfloor.app.scan.gettempdir", lambda: str(ended.data / "nothing"))
    settings = Settings(mode="test", data=ended.data, storage_url=url)
    (ended.recorded / "2.m4s").write_bytes(b"a mail of somebody@people.example in a picture")
    await prune()

    found = scan(settings, ["somebody@people.example"])
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    unread = scan(settings, ["somebody@people.example"])

    assert [each.store for each in found.found] == [f"object recordings/{ended.shown_id}/2.m4s"]
    assert "object storage: unreachable" in unread.unread and not unread.found
