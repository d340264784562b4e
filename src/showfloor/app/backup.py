"""`showfloor backup` and `showfloor restore`: the database and the pictures of an installation.

A copied folder of a running PostgreSQL is no backup: its files are of different moments
(PostgreSQL, "File System Level Backup"). pg_dump reads one snapshot while the installation runs.
Recordings are not part of it: they are large, and they are only added to; copy them with rsync.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import psycopg

from showfloor.app.admin import database_url
from showfloor.app.failures import CommandFailed
from showfloor.app.migrate import upgrade_now
from showfloor.app.postgres import binaries
from showfloor.app.settings import Settings
from showfloor.kit import clock

DUMP = "database.dump"
PICTURES = "uploads"
MANIFEST = "backup.json"
_PREAMBLE_LINES = 40
"""Settings stand at the beginning of a dump's script; what comes later may be somebody's text."""


class BackupFailed(CommandFailed):
    """A backup cannot be written or brought back."""


def back_up(settings: Settings, folder: Path) -> None:
    """Write a backup into `folder`, which must not exist yet. The installation may be running.

    Only our user can read the files: they hold names and addresses of buyers. A backup that was
    interrupted has another name, and so is never taken for one. Raises BackupFailed.
    """
    if folder.exists():
        raise BackupFailed(f"{folder} exists already: name a folder that does not.")
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    with database_url(settings) as url:
        target = f"--file={partial / DUMP}"
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", target, url)
    # After the dump: pictures are only added, so every one that a row of the dump names is there.
    if (settings.data / PICTURES).is_dir():
        shutil.copytree(settings.data / PICTURES, partial / PICTURES)
    manifest = {
        "made_at": clock.rfc3339(clock.now()),
        "sha256": _digest(partial / DUMP),
    }
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    for path in partial.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    partial.rename(folder)


def restore(settings: Settings, folder: Path) -> None:
    """Bring a backup back into an installation that has no data yet.

    All of the database or nothing is restored, and then brought to this version's shape.
    Raises BackupFailed.
    """
    _check(folder)
    with database_url(settings) as url:
        _check_empty(url)
        _load(folder / DUMP, url)
        upgrade_now(url)
    if (folder / PICTURES).is_dir():
        shutil.copytree(folder / PICTURES, settings.data / PICTURES, dirs_exist_ok=True)


def _load(dump: Path, url: str) -> None:
    """All of the dump in one transaction, or nothing.

    pg_restore cannot do this alone: ours sets `transaction_timeout`, which servers before
    PostgreSQL 17 do not know, and one unknown setting would undo everything.
    """
    write = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    read = [
        *(_program("psql"), "--no-psqlrc", "--no-password", "--quiet", "--single-transaction"),
        *("--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--dbname={url}"),
    ]
    with (
        subprocess.Popen(write, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer,
        subprocess.Popen(read, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as reader,
    ):
        assert writer.stdout and writer.stderr and reader.stdin and reader.stderr
        with contextlib.suppress(BrokenPipeError), reader.stdin:
            for number, line in enumerate(writer.stdout):
                if number > _PREAMBLE_LINES or line != b"SET transaction_timeout = 0;\n":
                    reader.stdin.write(line)
            if writer.wait() != 0:
                # Without this psql would commit the part that has arrived.
                reader.stdin.write(b"\n\\.\nselect no_such_thing;\n")
        # A psql that gave up early must not leave pg_restore waiting to be read.
        writer.stdout.close()
        problem = writer.stderr.read() + reader.stderr.read()
    if writer.returncode != 0 or reader.returncode != 0:
        raise BackupFailed(f"The backup could not be restored: {problem.decode()[-2000:]}")


def _check(folder: Path) -> None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        whole = manifest["sha256"] == _digest(folder / DUMP)
    except (OSError, ValueError, KeyError):
        raise BackupFailed(f"{folder} is no backup made by `showfloor backup`.") from None
    if not whole:
        raise BackupFailed(f"{folder / DUMP} is damaged: use another backup.")


def _check_empty(url: str) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select count(*) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchone()
    if found != (0,):
        raise BackupFailed(
            "The database has tables already. Restore into a new data folder, or a new database."
        )


def _run(program: str, *arguments: str) -> None:
    command = [_program(program), "--no-password", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupFailed(f"{program} failed: {done.stderr.strip()[-2000:]}")


def _program(name: str) -> str:
    return str(binaries() / name)


def _digest(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as source:
        while piece := source.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
