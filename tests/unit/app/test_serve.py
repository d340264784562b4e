"""One installation in one data folder, and processes that are waited for until they answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer

from showfloor.app import supervisor as supervisor_module
from showfloor.app.catalog_import import read
from showfloor.app.serve import claimed, only_one
from showfloor.app.settings import Settings
from showfloor.app.supervisor import NotReady, Supervisor
from showfloor.kit.errors import ValidationFailed
from tests.waiting import bounded


def test_second_installation_in_one_folder_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_one(tmp_path / "data"), pytest.raises(typer.Exit), only_one(tmp_path / "data"):
        raise AssertionError("both run")

    assert "runs in" in capsys.readouterr().err


def test_two_folders_are_two_installations(tmp_path: Path) -> None:
    with only_one(tmp_path / "one"), only_one(tmp_path / "two"):
        pass


def test_folder_is_free_again_after_the_end(tmp_path: Path) -> None:
    for _ in range(2):
        with claimed(tmp_path / "data") as ours:
            assert ours
            with claimed(tmp_path / "data") as also_ours:
                assert not also_ours


def test_folder_is_its_owner_s_alone(tmp_path: Path) -> None:
    with claimed(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0


class Server:
    """Something that answers on a port, with the statuses that the test says."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.asked = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked.set()
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        writer.write(b"HTTP/1.1 %d x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    settings = Settings(mode="test", data=tmp_path, database_url="postgresql://elsewhere/x")
    return Supervisor(settings, {})


async def test_process_is_ready_when_it_answers_well(
    supervisor: Supervisor, server: Server
) -> None:
    server.statuses = [500, 503, 200]

    async with bounded():
        await supervisor.wait_for("web", f"http://127.0.0.1:{server.port}/healthz", 3600)

    assert server.statuses == [200]


async def test_process_that_never_answers_is_named_with_its_log(
    supervisor: Supervisor, server: Server, tmp_path: Path
) -> None:
    server.statuses = [503]

    with pytest.raises(NotReady) as failed:
        await supervisor.wait_for("web", f"http://127.0.0.1:{server.port}/healthz", 0.05)

    assert str(failed.value) == f"web does not answer; see {tmp_path / 'logs' / 'web.log'}"


async def test_stranger_on_our_port_is_not_our_process(
    supervisor: Supervisor, server: Server
) -> None:
    class Down:
        is_up = False

    supervisor.children["web"] = Down()  # type: ignore[assignment] # as a child that cannot stay up

    with pytest.raises(NotReady):
        await supervisor.wait_for("web", f"http://127.0.0.1:{server.port}/healthz", 0.05)


async def test_managed_database_is_upgraded_and_handed_to_every_process(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded: list[str] = []
    monkeypatch.setattr(supervisor_module, "_upgrade", upgraded.append)

    assert await supervisor.start_database() == "postgresql://elsewhere/x"

    assert upgraded == ["postgresql://elsewhere/x"]
    assert supervisor.environment == {"SHOWFLOOR_DATABASE_URL": "postgresql://elsewhere/x"}
    await supervisor.stop()


VARIANT = {"sku": "MUG", "price": {"GBP": 2200}, "on_hand": 5}
TEXT = {"en": "Mug", "ar": "كوب"}
PRODUCT = {
    "brand": "loamwick",
    "slug": "dawn-mug",
    "name": TEXT,
    "summary": TEXT,
    "description": TEXT,
    "variants": [VARIANT],
}


def test_catalog_file_is_read_with_what_it_leaves_out(tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps({"products": [PRODUCT]}), "utf-8")

    (product,) = read(file).products

    assert (product.brand, product.name, product.options, product.pictures) == (
        "loamwick",
        TEXT,
        (),
        (),
    )
    (variant,) = product.variants
    assert (variant.sku, variant.price, variant.on_hand, variant.buyer_limit) == (
        "MUG",
        {"GBP": 2200},
        5,
        None,
    )


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"slug": "Dawn Mug"}, "products/0/slug"),
        ({"slug": "dawn--mug"}, "products/0/slug"),
        ({"variants": [VARIANT | {"on_hand": -1}]}, "products/0/variants/0/on_hand"),
        ({"variants": [VARIANT | {"price": {"GBP": "x"}}]}, "products/0/variants/0/price/GBP"),
        ({"variants": [VARIANT | {"buyer_limit": 0}]}, "products/0/variants/0/buyer_limit"),
        ({"variants": None}, "products/0/variants"),
    ],
)
def test_catalog_file_that_is_wrong_says_where_and_not_what(
    tmp_path: Path, change: dict[str, object], path: str
) -> None:
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps({"products": [PRODUCT | change]}), "utf-8")

    with pytest.raises(ValidationFailed) as refused:
        read(file)

    (field,) = refused.value.extra["fields"]
    assert field["path"] == path and set(field) == {"path", "problem"}


@pytest.mark.parametrize("text", ["", "not JSON", "[]", "{}"])
def test_file_that_is_no_catalog_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "catalog.json"
    file.write_text(text)

    with pytest.raises(ValidationFailed):
        read(file)
