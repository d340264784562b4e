"""What `showfloor backup` wrote is a whole installation again after `showfloor restore`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from showfloor.app import backup
from showfloor.app.backup import BackupFailed, back_up, restore
from showfloor.app.demo.state import FILES
from showfloor.app.private import kept_secrets, secrets
from showfloor.app.settings import Settings
from showfloor.kit.db import Database
from tests.people import add_floor
from tests.waiting import BOUND

TABLES = (
    "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    " order by relname"
)


def rows(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        return {
            name: sorted(
                str(row)
                for (row,) in connection.execute(
                    psycopg.sql.SQL("select t::text from {} t").format(psycopg.sql.Identifier(name))
                )
            )
            for name in names
        }


@pytest.fixture
def empty_url(postgres, request) -> str:  # type: ignore[no-untyped-def]
    """A database in which nothing was ever made."""
    name = f"e_{os.urandom(6).hex()}"
    yield postgres.create_database(name)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("drop database if exists {} with (force)").format(
                psycopg.sql.Identifier(name)
            )
        )


@pytest.fixture
async def old(database: Database, database_url: str, tmp_path: Path) -> Settings:
    """An installation with a show on sale and a picture."""
    async with database.session() as session:
        await add_floor(session)
    pictures = tmp_path / "old" / "uploads"
    pictures.mkdir(parents=True)
    (pictures / "mug.webp").write_bytes(b"picture")
    return Settings(mode="test", data=tmp_path / "old", database_url=database_url)


def test_restored_installation_is_the_one_that_was_backed_up(
    old: Settings, empty_url: str, tmp_path: Path
) -> None:
    new = Settings(mode="test", data=tmp_path / "new", database_url=empty_url)

    back_up(old, tmp_path / "backup")
    restore(new, tmp_path / "backup")

    assert rows(empty_url) == rows(old.database_url)
    assert sum(map(len, rows(empty_url).values())) > 10
    with psycopg.connect(empty_url) as connection:
        reads = "select has_table_privilege('showfloor_fanout', 'public_room', 'select')"
        assert connection.execute(reads).fetchone() == (True,), "fanout serves rooms from it"
    assert (tmp_path / "new" / "uploads" / "mug.webp").read_bytes() == b"picture"


def test_nobody_else_can_read_a_backup(old: Settings, tmp_path: Path) -> None:
    back_up(old, tmp_path / "backup")

    modes = {
        path.stat().st_mode & 0o077
        for path in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]
    }
    assert modes == {0}


def test_password_of_the_database_is_on_no_command_line(
    old: Settings, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every user of the machine can read command lines."""
    real, told = backup.binaries(), tmp_path / "told"
    for program in ("pg_dump", "pg_restore", "psql"):
        wrapper = tmp_path / "bin" / program
        wrapper.parent.mkdir(exist_ok=True)
        line = f'echo "{program} $PGPASSWORD: $*" >> {told}\nexec {real / program} "$@"\n'
        wrapper.write_text(f"#!/bin/sh\n{line}")
        wrapper.chmod(0o700)
    monkeypatch.setattr(backup, "binaries", lambda: tmp_path / "bin")
    new = Settings(mode="test", data=tmp_path / "new", database_url=with_password(empty_url))

    back_up(
        old.model_copy(update={"database_url": with_password(old.database_url)}), tmp_path / "b"
    )
    restore(new, tmp_path / "b")

    commands = [line.partition(": ") for line in told.read_text().splitlines()]
    assert [who for who, _, _ in commands if PASSWORD in who] == [
        f"pg_dump {PASSWORD}",
        f"psql {PASSWORD}",
    ]
    assert not any(PASSWORD in arguments for _, _, arguments in commands)
    assert rows(empty_url) == rows(old.database_url)


PASSWORD = "it's secret"


def with_password(url: str) -> str:
    return url.replace("@", f":{quote(PASSWORD)}@")


def test_secrets_that_serve_made_come_back_private(
    old: Settings, empty_url: str, tmp_path: Path
) -> None:
    made = secrets(old.data)
    new = Settings(mode="test", data=tmp_path / "new", database_url=empty_url)

    back_up(old, tmp_path / "backup")
    restore(new, tmp_path / "backup")

    assert secrets(new.data) == made
    for folder in (tmp_path / "backup", new.data):
        assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_existing_folder_is_not_written_to(old: Settings, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()

    with pytest.raises(BackupFailed, match="exists already"):
        back_up(old, tmp_path / "backup")

    assert list((tmp_path / "backup").iterdir()) == []


def test_database_with_data_is_not_restored_over(old: Settings, tmp_path: Path) -> None:
    back_up(old, tmp_path / "backup")
    before = rows(old.database_url)

    with pytest.raises(BackupFailed, match="has tables already"):
        restore(old, tmp_path / "backup")

    assert rows(old.database_url) == before


@pytest.mark.parametrize("known", ["by_the_environment", "by_the_folder"])
def test_other_secret_is_refused_before_anything_is_restored(
    old: Settings, empty_url: str, tmp_path: Path, known: str
) -> None:
    backed_up, other, new = old, {}, tmp_path / "new"
    if known == "by_the_environment":
        backed_up, other = old.model_copy(update={"secret": "a" * 32}), {"secret": "b" * 32}
    else:
        secrets(old.data)
        secrets(new)
    settings = Settings(mode="test", data=new, database_url=empty_url, **other)
    before = kept_secrets(new)
    back_up(backed_up, tmp_path / "backup")

    with pytest.raises(BackupFailed, match="--new-secret"):
        restore(settings, tmp_path / "backup")

    assert rows(empty_url) == {} and kept_secrets(new) == before
    restore(settings, tmp_path / "backup", new_secret=True)
    assert rows(empty_url) == rows(old.database_url) and kept_secrets(new) == before


def test_secret_of_the_environment_is_needed_and_not_in_the_backup(
    old: Settings, empty_url: str, tmp_path: Path
) -> None:
    same = {"secret": "a" * 32}
    new = Settings(mode="test", data=tmp_path / "new", database_url=empty_url)

    back_up(old.model_copy(update=same), tmp_path / "backup")

    written = [path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert not any(b"a" * 32 in each for each in written)
    with pytest.raises(BackupFailed, match="SHOWFLOOR_SECRET"):
        restore(new, tmp_path / "backup")
    assert rows(empty_url) == {}
    restore(new.model_copy(update=same), tmp_path / "backup")
    assert rows(empty_url) == rows(old.database_url)


@pytest.mark.parametrize("damage", ["manifest", "dump", "both"])
def test_damaged_backup_restores_nothing(
    old: Settings, empty_url: str, tmp_path: Path, damage: str
) -> None:
    new = Settings(mode="test", data=tmp_path / "new", database_url=empty_url)
    back_up(old, tmp_path / "backup")
    if damage in ("manifest", "both"):
        (tmp_path / "backup" / "backup.json").unlink()
    if damage in ("dump", "both"):
        with (tmp_path / "backup" / "database.dump").open("ab") as dump:
            dump.truncate(1000)

    with pytest.raises(BackupFailed):
        restore(new, tmp_path / "backup")

    assert rows(empty_url) == {} and not (tmp_path / "new" / "uploads").exists()


def test_dump_that_ends_early_restores_nothing(
    old: Settings, empty_url: str, tmp_path: Path
) -> None:
    """Even when its digest is right: what arrived before the end is not kept."""
    back_up(old, tmp_path / "backup")
    dump = tmp_path / "backup" / "database.dump"
    dump.write_bytes(dump.read_bytes()[: -dump.stat().st_size // 4])
    manifest = {"made_at": "2026-11-25T12:00:00Z", "sha256": sha256(dump.read_bytes()).hexdigest()}
    (tmp_path / "backup" / "backup.json").write_text(json.dumps(manifest))

    with pytest.raises(BackupFailed, match="could not be restored"):
        restore(
            Settings(mode="test", data=tmp_path / "new", database_url=empty_url),
            tmp_path / "backup",
        )

    assert rows(empty_url) == {}


@pytest.mark.long
def test_commands_back_up_and_restore_an_embedded_installation(
    tmp_path: Path, new_server: Path
) -> None:
    """As an operator types them, with the server that the data folder carries."""

    def showfloor(data: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "showfloor", *words],
            env={**os.environ, "SHOWFLOOR_DATA": str(tmp_path / data)},
            capture_output=True,
            text=True,
            timeout=2 * BOUND,
        )

    (tmp_path / "old").mkdir()
    subprocess.run(["cp", "-a", new_server, tmp_path / "old" / "postgres"], check=True)
    picture = FILES / "media" / "avatars" / "loamwick.webp"
    brand = ("loamwick", "--name", "Loamwick", "--name-ar", "لوم ويك", "--order-prefix", "LW")
    added = showfloor("old", "merchant", "add", *brand, "--avatar", str(picture))
    assert added.returncode == 0, added.stderr

    saved = showfloor("old", "backup", str(tmp_path / "backup"))
    back = showfloor("new", "restore", str(tmp_path / "backup"))
    again = showfloor("new", "merchant", "add", *brand, "--avatar", str(picture))
    over = showfloor("new", "restore", str(tmp_path / "backup"))

    assert (saved.returncode, back.returncode) == (0, 0), saved.stderr + back.stderr
    assert again.returncode == 1, "the restored installation has this merchant"
    assert over.returncode == 1 and "has tables already" in over.stderr
