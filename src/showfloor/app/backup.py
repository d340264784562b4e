"""`showfloor backup` and `showfloor restore`: the database, the pictures and the secrets of an
installation.

A copied folder of a running PostgreSQL is no backup: its files are of different moments
(PostgreSQL, "File System Level Backup"). pg_dump reads one snapshot while the installation runs.
Recordings are not part of it: they are large, and they are only added to; copy them with rsync.

With another secret than before, no hold, preview link, signed-in device or callback of a payment
provider that the old one signed is valid. So the secrets that `serve` made are part of it; of one
that the environment sets, a fingerprint is, and `restore` refuses when it does not match.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import BaseModel

from showfloor.app.admin import database_url
from showfloor.app.failures import CommandFailed
from showfloor.app.migrate import upgrade_now
from showfloor.app.postgres import binaries
from showfloor.app.private import SECRETS, keep_secrets, kept_secrets
from showfloor.app.settings import Settings
from showfloor.kit import clock

DUMP = "database.dump"
PICTURES = "uploads"
MANIFEST = "backup.json"
_PREAMBLE_LINES = 40
"""Settings stand at the beginning of a dump's script; what comes later may be somebody's text."""


class BackupFailed(CommandFailed):
    """A backup cannot be written or brought back."""


class _Manifest(BaseModel):
    """What `backup.json` says about the files beside it."""

    made_at: datetime
    sha256: str
    """Of the dump."""
    secret: str | None = None
    """The fingerprint of the secret; None where no server ever ran."""


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
        where, secret = _split_password(url)
        options = ["--format=custom", "--no-owner", "--no-privileges"]
        # Of a rehearsal nothing is kept, and its tables may go while they are read.
        options.append("--exclude-schema=rehearsal_*")
        _run("pg_dump", *options, target, f"--dbname={where}", environment=secret)
    secrets = kept_secrets(settings.data)
    if secrets is not None:
        keep_secrets(partial, secrets)
    # After the dump: pictures are only added, so every one that a row of the dump names is there.
    if (settings.data / PICTURES).is_dir():
        shutil.copytree(settings.data / PICTURES, partial / PICTURES)
    manifest = _Manifest(
        made_at=clock.now(),
        sha256=_digest(partial / DUMP),
        secret=_fingerprint(settings, secrets),
    )
    (partial / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
    for path in partial.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    partial.rename(folder)


def restore(settings: Settings, folder: Path, *, new_secret: bool = False) -> None:
    """Bring a backup back into an installation that has no data yet.

    All of the database or nothing is restored, and then brought to this version's shape. With
    `new_secret` the secret may be another one than before. Raises BackupFailed.
    """
    manifest, secrets = _check(folder), kept_secrets(folder)
    if not new_secret:
        _check_secret(settings, manifest, secrets)
    with database_url(settings) as url:
        _check_empty(url)
        # Before the data: a restored database without its secrets would look complete.
        if secrets is not None and not new_secret:
            keep_secrets(settings.data, secrets)
        _load(folder / DUMP, url)
        upgrade_now(url)
    if (folder / PICTURES).is_dir():
        shutil.copytree(folder / PICTURES, settings.data / PICTURES, dirs_exist_ok=True)


def _load(dump: Path, url: str) -> None:
    """All of the dump in one transaction, or nothing.

    pg_restore cannot do this alone: ours sets `transaction_timeout`, which servers before
    PostgreSQL 17 do not know, and one unknown setting would undo everything.
    """
    where, secret = _split_password(url)
    write = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    read = [
        *(_program("psql"), "--no-psqlrc", "--no-password", "--quiet", "--single-transaction"),
        *("--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--dbname={where}"),
    ]
    environment = os.environ | secret
    with (
        subprocess.Popen(write, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer,
        subprocess.Popen(
            read, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as reader,
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


def _check(folder: Path) -> _Manifest:
    try:
        manifest = _Manifest.model_validate_json((folder / MANIFEST).read_text())
        whole = manifest.sha256 == _digest(folder / DUMP)
    except (OSError, ValueError):
        raise BackupFailed(f"{folder} is no backup made by `showfloor backup`.") from None
    if not whole:
        raise BackupFailed(f"{folder / DUMP} is damaged: use another backup.")
    return manifest


def _check_secret(
    settings: Settings, manifest: _Manifest, secrets: Mapping[str, str] | None
) -> None:
    """The restored installation must sign with the secret that the backup's one signed with."""
    present = kept_secrets(settings.data)
    if present is not None and secrets is not None and present != secrets:
        raise BackupFailed(
            f"{settings.data / SECRETS} holds other secrets than the backup. Restore into a new "
            f"data folder, or with --new-secret to keep those."
        )
    if manifest.secret not in (None, _fingerprint(settings, secrets or present)):
        raise BackupFailed(
            "The backed up installation had another secret. Set SHOWFLOOR_SECRET to what it was "
            "there; or, if that is lost, restore with --new-secret: then viewers' accounts cannot "
            "be opened any more, links to orders, open holds and payments on their way end, and "
            "keys of destinations and secrets of webhooks have to be set again (docs/operate)."
        )


def _fingerprint(settings: Settings, secrets: Mapping[str, str] | None) -> str | None:
    """Tells two secrets apart and says nothing about them: they are random and long."""
    secret = settings.secret or (secrets or {}).get("secret")
    return sha256(f"showfloor backup {secret}".encode()).hexdigest()[:16] if secret else None


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


def _split_password(url: str) -> tuple[str, dict[str, str]]:
    """The database for a command line, which every user of the machine can read, and the
    environment that carries the password instead (libpq, PGPASSWORD).
    """
    given = conninfo_to_dict(url)
    password = given.pop("password", None)
    return make_conninfo("", **given), {"PGPASSWORD": str(password)} if password else {}


def _run(program: str, *arguments: str, environment: Mapping[str, str]) -> None:
    command = [_program(program), "--no-password", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | environment
    )
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
