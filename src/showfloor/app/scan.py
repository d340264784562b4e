"""Searches every place in which an installation keeps bytes.

Files are read as they are: the database's own with its write-ahead log, logs, recordings, uploads,
replays, the test provider's books, temporary files, backups that are named; and recordings in
object storage. Page images in the write-ahead log are compressed, and so are long values, so the
log is unpacked by PostgreSQL's own program and every table is read by SQL, too. So are dumps of
pg_dump by pg_restore: in its own format what is packed is cut into blocks.
"""

from __future__ import annotations

import os
import stat
import struct
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import psycopg
from psycopg import sql

from showfloor.app.canaries import Finder, Hit, Search
from showfloor.app.postgres import EmbeddedPostgres, as_unprivileged, binaries
from showfloor.app.settings import Settings
from showfloor.kit.objects import ObjectMissing, Objects, ObjectsUnavailable

PIECE = 64 * 1024 * 1024
"""Bytes of a file that one process looks at."""
PART = 4 * 1024 * 1024
"""Bytes that are in memory together."""
DUMP = b"PGDMP"
"""With it a file of pg_dump's own format begins."""
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
        read_files([*roots, *pages], canaries, report)
    _read_objects(settings, canaries, report)
    return report


def _read_objects(settings: Settings, canaries: Sequence[str], report: Report) -> None:
    """Recordings in object storage that are not on this disk; the others are copies of files."""
    if not settings.storage_url:
        return
    finder = Finder(canaries)
    try:
        objects = Objects(settings.storage_url)
        keys = [key for key in objects.sizes("") if not (settings.data / key).exists()]
        with TemporaryDirectory(prefix="showfloor-scan-") as folder:
            for number, key in enumerate(keys):
                file, name, search = Path(folder) / str(number), f"object {key}", Search(finder)
                # One that was deleted meanwhile holds nothing.
                with suppress(ObjectMissing):
                    objects.fetch(key, file)
                data = file.read_bytes() if file.exists() else b""
                file.unlink(missing_ok=True)
                report.bytes_read += len(data)
                report.found += [Found(name, hit) for hit in search.feed(key.encode() + data)]
                if search.unread:
                    report.unread += (f"what is packed in {name}",)
        report.files += len(keys)
    except ObjectsUnavailable as problem:
        report.unread += (f"object storage: {problem}",)


def read_files(roots: Sequence[Path], canaries: Sequence[str], report: Report) -> None:
    """Names of files count as well."""
    finder = Finder(canaries)
    files = list(dict.fromkeys(file for root in roots for file in _files(root, report)))
    for file in files:
        found = finder.search(os.fsencode(file))
        report.found += [Found(f"name of {file}", hit) for hit in found]
    pieces = [
        (file, start) for file, size in _sizes(files) for start in range(0, max(size, 1), PIECE)
    ]
    # Many small files go together; a few large ones keep all processes busy to the end.
    together = max(1, min(8, len(pieces) // 32))
    with ProcessPoolExecutor(initializer=_prepare, initargs=(list(canaries),)) as workers:
        for (file, _), looked in zip(
            pieces, workers.map(_search_piece, pieces, chunksize=together), strict=True
        ):
            report.bytes_read += looked.bytes_read
            report.unread += looked.unread
            report.found += [Found(str(file), hit) for hit in looked.hits]
    report.files += len(files)


_finder: Finder
"""Of this worker process."""


def _prepare(canaries: list[str]) -> None:
    global _finder
    _finder = Finder(canaries)


@dataclass
class _Looked:
    """What is in a piece of a file, and what of it could not be looked into."""

    bytes_read: int = 0
    hits: list[Hit] = field(default_factory=list)
    unread: tuple[str, ...] = ()


def _search_piece(piece: tuple[Path, int]) -> _Looked:
    """A file that is gone by now holds nothing."""
    file, start = piece
    looked = _Looked()
    try:
        with file.open("rb", buffering=0) as opened:
            _look_at(opened, start, looked)
            opened.seek(0)
            is_dump = start == 0 and opened.read(len(DUMP)) == DUMP
    except FileNotFoundError:
        return looked
    except OSError:
        looked.unread += (str(file),)
        return looked
    if looked.unread or (is_dump and not _look_into_dump(file, looked)):
        looked.unread = (f"what is packed in {file}",)
    return looked


def _look_at(file: FileIO, start: int, looked: _Looked) -> None:
    """The piece, and beyond it what belongs to something packed that begins in it."""
    begin, end = max(0, start - _finder.longest), start + PIECE
    search = Search(_finder, seen=start - begin)
    place = file.seek(begin)
    while data := file.read(PART if place >= end else min(PART, end - place)):
        inside = place < end
        place += len(data)
        hits = search.feed(data) if inside else search.unpack(data)
        looked.hits += [Hit(hit.canary, hit.form, begin + hit.offset) for hit in hits]
        looked.bytes_read += len(data) if inside else 0
        if place >= end and not search.unpacks:
            break
    looked.bytes_read -= start - begin
    if search.unread:
        looked.unread += ("packed",)


def _look_into_dump(file: Path, looked: _Looked) -> bool:
    """Whether it could be unpacked."""
    command = [str(binaries() / "pg_restore"), "--file=-", str(file)]
    search = Search(_finder)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpacking:
        assert unpacking.stdout
        while data := unpacking.stdout.read(PART):
            hits = search.feed(data)
            looked.hits += [Hit(hit.canary, f"{hit.form} in a dump", 0) for hit in hits]
    return unpacking.returncode == 0


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
            name, search = f"table {schema}.{table}", Search(finder)
            query = sql.SQL("copy {} to stdout").format(sql.Identifier(schema, table))
            try:
                with connection.cursor().copy(query) as rows:
                    for data in _gathered(rows):
                        report.bytes_read += len(data)
                        report.found += [Found(name, hit) for hit in search.feed(data)]
                if search.unread:
                    report.unread += (f"what is packed in {name}",)
            except psycopg.errors.InsufficientPrivilege:
                report.unread += (name,)


def _gathered(rows: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    """Rows, as many together as are worth looking at."""
    gathered = bytearray()
    for row in rows:
        gathered += row
        if len(gathered) >= PART:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


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
