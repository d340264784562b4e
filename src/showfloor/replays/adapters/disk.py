"""Replays on the local disk: `replays/{show}/` holds hard links to the files of
`recordings/{show}/` that may be watched, so that publishing copies nothing, and hiding is removing
a link.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping, Set
from datetime import timedelta
from pathlib import Path

from showfloor.kit import clock, recording
from showfloor.kit.recording import Index
from showfloor.replays.adapters.media_time import first_time

FOLDER = "replays"
_HEAD_OF_SEGMENT = 1 << 16
"""Bytes: more than the first `moof` of a segment."""
ABANDONED_AFTER = timedelta(minutes=20)
"""Nothing takes as long as that to make."""


class DiskStorage:
    """`data` is the installation's data folder."""

    def __init__(self, data: Path) -> None:
        self._recordings = data / recording.FOLDER
        self._replays = data / FOLDER
        self._workshop = data / "making"

    def read_index(self, show: str) -> Index:
        return recording.read_index(self._recordings / show)

    def publish(self, show: str, media: Set[str], playlists: Mapping[str, str]) -> set[str]:
        folder = self._replays / show
        folder.mkdir(parents=True, exist_ok=True)
        # Nobody may be sent to a segment that is gone: first the playlists, then the rest goes. It
        # goes also when nothing can be written (a full disk).
        try:
            _let_everybody_read(self._replays, folder)
            missing = {name for name in media if not self._link(show, name)}
            if not missing:
                for name, text in playlists.items():
                    _write(folder / name, text)
        finally:
            for file in folder.iterdir():
                if self._named(file) not in media and file.name not in playlists:
                    file.unlink(missing_ok=True)
        return missing

    def _named(self, file: Path) -> str:
        """The file of the recording that one in the public folder stands for."""
        return file.name

    def fetch(self, show: str, names: Set[str], folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        for name in names:
            _link(self._recordings / show / name, folder / name)

    def add(self, show: str, files: Iterable[Path]) -> None:
        folder = self._replays / show
        for file in files:
            beside = folder / f".{file.name}.part"
            shutil.move(file, beside)
            _let_everybody_read(beside)
            beside.replace(folder / file.name)

    def first_time(self, show: str, init: str, segment: str) -> int | None:
        folder = self._recordings / show
        try:
            with (folder / segment).open("rb") as file:
                return first_time((folder / init).read_bytes(), file.read(_HEAD_OF_SEGMENT))
        except OSError:
            return None

    def read(self, name: str, file: str) -> str | None:
        try:
            return (self._replays / name / file).read_text()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def replace(self, name: str, prefix: str, texts: Mapping[str, str]) -> None:
        folder = self._replays / name
        if not folder.is_dir():
            return
        for file, text in texts.items():
            _write(folder / file, text)
        for old in folder.iterdir():
            if old.name.startswith(prefix) and old.name not in texts:
                old.unlink(missing_ok=True)

    def workshop(self) -> Path:
        self._workshop.mkdir(parents=True, exist_ok=True)
        for left in self._workshop.iterdir():
            if time_since(left) > ABANDONED_AFTER:
                shutil.rmtree(left, ignore_errors=True)
        return self._workshop

    def put(self, name: str, folder: Path) -> None:
        _remove(self._replays / name)
        self._replays.mkdir(parents=True, exist_ok=True)
        _let_everybody_read(self._replays, folder, *folder.iterdir())
        folder.replace(self._replays / name)

    def names(self) -> set[str]:
        found: set[str] = set()
        for folder in (self._recordings, self._replays):
            with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
                found.update(each.name for each in entries if each.is_dir())
        return found

    def sizes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        seen: set[tuple[int, int]] = set()
        for file in (*self._recordings.glob("*/*"), *self._replays.glob("*/*")):
            with contextlib.suppress(FileNotFoundError):
                about = file.stat()
                # What is linked twice is on the disk once.
                if (place := (about.st_dev, about.st_ino)) not in seen:
                    seen.add(place)
                    name = file.parent.name
                    found[name] = found.get(name, 0) + about.st_size
        return found

    def remote_sizes(self) -> dict[str, int]:
        return {}

    def withdraw(self, show: str) -> None:
        _remove(self._replays / show)

    def delete(self, show: str) -> None:
        self.withdraw(show)
        _remove(self._recordings / show)

    def _link(self, show: str, name: str) -> bool:
        """Whether the public folder has the file now."""
        target = self._replays / show / name
        if target.exists():
            # An older version linked it as closed as it was recorded.
            _let_everybody_read(target)
            return True
        return _link(self._recordings / show / name, target, public=True)


def _let_everybody_read(*paths: Path) -> None:
    """A web server of another user sends what is public (`deploy/nginx.conf`), whatever our umask.
    A file of the recording that is linked stays closed by the recording's own folder.
    """
    for path in paths:
        # Where another user's process records, it is for that user to say who reads.
        with contextlib.suppress(PermissionError):
            path.chmod(0o755 if path.is_dir() else 0o644)


def _link(source: Path, target: Path, *, public: bool = False) -> bool:
    """Whole or not at all; False when there is nothing to link to."""
    beside = target.with_name(f".{target.name}.part")
    beside.unlink(missing_ok=True)
    try:
        try:
            os.link(source, beside)
        except OSError:
            # A file system without hard links, or another than the recording's.
            shutil.copy2(source, beside)
        if public:
            _let_everybody_read(beside)
        beside.replace(target)
    except FileNotFoundError:
        return False
    return True


def time_since(file: Path) -> timedelta:
    """Since it was made."""
    try:
        made = clock.from_milliseconds(file.stat().st_mtime * 1000)
    except FileNotFoundError:
        return timedelta()
    return clock.now() - made


def _write(file: Path, text: str) -> None:
    """Whole or not at all; a file that says the same keeps its time, and so its ETag."""
    data = text.encode()
    with contextlib.suppress(FileNotFoundError):
        if file.read_bytes() == data:
            return
    beside = file.with_name(f".{file.name}.part")
    beside.write_bytes(data)
    beside.replace(file)


def _remove(folder: Path) -> None:
    """Playlists first, so that nobody is sent to a segment that is gone."""
    for playlist in folder.glob("*.m3u8"):
        playlist.unlink(missing_ok=True)
    # What cannot be removed raises: nobody may be told that it is gone.
    if folder.exists():
        shutil.rmtree(folder)
