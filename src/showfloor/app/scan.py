"""Searches every place in which an installation keeps bytes.

Files are read as they are: the database's own with its write-ahead log, logs, recordings, uploads,
replays, the test provider's books, temporary files, backups that are named. Page images in the
write-ahead log are compressed, and so are long values, so the log is unpacked by PostgreSQL's own
program and every table is read by SQL, too.
"""

from __future__ import annotations

import os
import stat
import struct
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import psycopg
from psycopg import sql

from showfloor.app.canaries import Finder, Hit
from showfloor.app.postgres import EmbeddedPostgres, as_unprivileged, binaries
from showfloor.app.settings import Settings

PIECE = 64 * 1024 * 1024
"""Bytes that are looked at together."""
OVERLAP = 64 * 1024
"""Bytes of a piece that the next begins with: what stands on the border is seen whole."""
SEGMENT = 16 * 1024 * 1024
"""Bytes of a file of the write-ahead log."""


@dataclass(frozen=True, slots=True)
class Found:
    """A text that stands somewhere, by its number in the list."""

    store: str
    hit: Hit


@dataclass
class Report:
    found: list[Found]
    bytes_read: int = 0
    files: int = 0
    unread: tuple[str, ...] = ()
    """What could not be looked into, in words."""


def scan(settings: Settings, canaries: Sequence[str], also: Sequence[Path] = ()) -> Report:
    """All stores of this installation, and the folders named in `also`."""
    report = Report([])
    roots = [settings.data, *also, *_temporary()]
    url = _database_url(settings)
    if url is None:
        report.unread += ("the database: PostgreSQL is not running",)
    else:
        _read_database(url, canaries, report)
    if settings.database_url:
        report.unread += ("the managed server's own files, write-ahead log and logs",)
    with TemporaryDirectory(prefix="showfloor-scan-") as folder:
        pages = _unpack_log(settings.data / "postgres" / "data" / "pg_wal", Path(folder))
        _read_files([*roots, *pages], canaries, report)
    return report


def _read_files(roots: Sequence[Path], canaries: Sequence[str], report: Report) -> None:
    """Names of files count as well."""
    finder = Finder(canaries)
    files = list(dict.fromkeys(file for root in roots for file in _files(root, report)))
    for file in files:
        found = finder.search(os.fsencode(file))
        report.found += [Found(f"name of {file}", hit) for hit in found]
    pieces = [
        (file, start) for file, size in _sizes(files) for start in range(0, max(size, 1), PIECE)
    ]
    with ProcessPoolExecutor(initializer=_prepare, initargs=(list(canaries),)) as workers:
        for (file, _), (read, hits) in zip(
            pieces, workers.map(_search_piece, pieces, chunksize=8), strict=True
        ):
            if read is None:
                report.unread += (str(file),)
                continue
            report.bytes_read += read
            report.found += [Found(str(file), hit) for hit in hits]
    report.files += len(files)


_finder: Finder
"""Of this worker process."""


def _prepare(canaries: list[str]) -> None:
    global _finder
    _finder = Finder(canaries)


def _search_piece(piece: tuple[Path, int]) -> tuple[int | None, list[Hit]]:
    """Bytes read, and what is in them; None for a file that cannot be read. One that is gone by now
    holds nothing.
    """
    file, start = piece
    begin = max(0, start - OVERLAP)
    try:
        with file.open("rb") as opened:
            opened.seek(begin)
            data = opened.read(start + PIECE - begin)
    except FileNotFoundError:
        return 0, []
    except OSError:
        return None, []
    hits = [Hit(hit.canary, hit.form, begin + hit.offset) for hit in _finder.search(data)]
    return len(data), hits


def _files(root: Path, report: Report) -> Iterator[Path]:
    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            report.unread += (str(error.filename),)

    if root.is_file():
        yield root
        return
    for folder, _, names in os.walk(root, onerror=note):
        for name in names:
            path = Path(folder) / name
            if not path.is_symlink():
                yield path


def _sizes(files: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    """Sockets and pipes hold nothing."""
    for file in files:
        try:
            found = file.stat()
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode):
            yield file, found.st_size


def _temporary() -> list[Path]:
    return sorted(Path(gettempdir()).glob("showfloor*"))


def _database_url(settings: Settings) -> str | None:
    """None when the embedded server does not run."""
    if settings.database_url:
        return settings.database_url
    server = EmbeddedPostgres(settings.data / "postgres")
    return server.url() if server.pid() is not None else None


def _read_database(url: str, canaries: Sequence[str], report: Report) -> None:
    """Every row of every table as text. Before it, what is in memory is written to the files."""
    finder = Finder(canaries)
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute("checkpoint")
        except psycopg.errors.InsufficientPrivilege:
            report.unread += ("what the server has not written to its files yet",)
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname <> 'information_schema'"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("copy {} to stdout").format(sql.Identifier(schema, table))
            try:
                with connection.cursor().copy(query) as rows:
                    data = b"".join(bytes(part) for part in rows)
            except psycopg.errors.InsufficientPrivilege:
                report.unread += (f"table {schema}.{table}",)
                continue
            report.bytes_read += len(data)
            report.found += [Found(f"table {schema}.{table}", hit) for hit in finder.search(data)]


def _unpack_log(folder: Path, into: Path) -> list[Path]:
    """The page images in the write-ahead log, where PostgreSQL's program writes them.

    A segment that is kept for reuse has another name than its contents say: it is given back the
    one of its contents (PostgreSQL, xlog_internal.h: XLogPageHeaderData, XLogFileName).
    """
    if not folder.is_dir():
        return []
    images = into / "pages"
    images.mkdir(mode=0o777)
    images.chmod(0o777)
    into.chmod(0o755)
    for segment in sorted(folder.iterdir()):
        name = _own_name(segment)
        if name is None:
            continue
        place = into / name
        if not place.exists():
            place.symlink_to(segment)
        subprocess.run(
            [
                *as_unprivileged(),
                str(binaries() / "pg_waldump"),
                "--quiet",
                f"--save-fullpage={images}/{segment.name}",
                f"--path={into}",
                name,
            ],
            capture_output=True,
            cwd="/",
            check=False,
        )
    return [images]


def _own_name(segment: Path) -> str | None:
    """None for what is no segment, or one that was never written."""
    if len(segment.name) != 24 or not segment.is_file():
        return None
    with segment.open("rb") as opened:
        head = opened.read(16)
    if len(head) < 16:
        return None
    _, _, timeline, address = struct.unpack("=HHIQ", head)
    number = address // SEGMENT
    per_id = 0x1_0000_0000 // SEGMENT
    if timeline == 0:
        return None
    return f"{timeline:08X}{number // per_id:08X}{number % per_id:08X}"
