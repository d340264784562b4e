"""Recordings in object storage: the disk has them first, and alone while a show is live.

A file that was uploaded has a file `.{name}.kept` with its size beside it. The disk's copy may go
then (`prune`), which adds the time at which its media begins. Where the copy was public such a file
stands in the public folder in its place: what may be watched is still exactly what the folder
names, so that hiding stays deleting a file, and works while the store is away. Which uploads are
left to do is read off the folder, so a worker that was killed repeats at most what was under way.

Playlists, clips and pictures are small and stay on the disk.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from showfloor.kit import clock, recording
from showfloor.kit.objects import ObjectMissing, Objects, ObjectsUnavailable
from showfloor.replays.adapters.disk import DiskStorage

KEPT = ".kept"
_AWAY = ("unreachable", "busy")
"""Nothing else would be taken either, and each attempt takes long."""
_AT_ONCE = 4
"""Uploads beside each other."""
_INDEX_EVERY = 30.0
"""Seconds between uploads of a growing index."""


class ObjectStorage(DiskStorage):
    def __init__(self, data: Path, objects: Objects) -> None:
        super().__init__(data)
        self._objects = objects
        self._seen: dict[str, int] = {}
        """Folders in which nothing was left to upload, with their time of change."""
        self._indexes: dict[str, tuple[int, float]] = {}
        """Time of change of the index that was uploaded, and when."""

    def upload(self) -> bool:
        """Everything that is whole on the disk and not in the store. True when there was
        something: more may follow soon.

        Raises OSError, ObjectsUnavailable when all have been tried; what the store took is not
        repeated.
        """
        found = False
        failure: Exception | None = None
        folders = sorted(each for each in self._recordings.glob("*") if each.is_dir())
        with ThreadPoolExecutor(_AT_ONCE) as uploads:
            for folder in folders:
                try:
                    found |= self._upload(folder, uploads)
                except (OSError, ObjectsUnavailable) as problem:
                    failure = failure or problem
                    if isinstance(problem, ObjectsUnavailable) and problem.reason in _AWAY:
                        break
        if failure is not None:
            raise failure
        return found

    def _upload(self, folder: Path, uploads: ThreadPoolExecutor) -> bool:
        changed = _changed(folder)
        if changed is None:
            return False
        left = _left(folder) if self._seen.get(folder.name) != changed else []
        tried = [uploads.submit(self._upload_file, folder / name) for name in left]
        failed = [problem for each in tried if (problem := each.exception()) is not None]
        self._upload_index(folder)
        if failed:
            raise failed[0]
        if not left:
            self._seen[folder.name] = changed
        return bool(left)

    def _upload_file(self, file: Path) -> None:
        key = _key(file.parent.name, file.name)
        try:
            size = file.stat().st_size
            self._objects.put(file, key)
            file.stat()
            _note_kept(file, size)
        except FileNotFoundError:
            # The recording was deleted meanwhile: whichever came last, nothing of it is left.
            self._objects.remove(key)

    def _upload_index(self, folder: Path) -> None:
        """So that the recording can be read without this disk. It grows, so it is sent again, but
        not for each of its lines.
        """
        index = folder / recording.INDEX
        changed = _changed(index)
        before, at = self._indexes.get(folder.name, (None, -_INDEX_EVERY))
        if changed is None or changed == before or clock.monotonic() - at < _INDEX_EVERY:
            return
        with contextlib.suppress(FileNotFoundError):
            self._objects.put(index, _key(folder.name, recording.INDEX))
            self._indexes[folder.name] = changed, clock.monotonic()
        if not index.exists():
            self._objects.remove(_key(folder.name, recording.INDEX))

    def find_away(self, path: str, method: Literal["GET", "HEAD"]) -> str | None:
        """Where the store has a public file (`{show}/{name}`) that the disk has not; good for
        `objects.SIGNED_FOR`. None for every other file.
        """
        show, _, name = path.strip("/").partition("/")
        if not name or "/" in name or show.startswith(".") or name.startswith("."):
            return None
        try:
            if not _kept(self._replays / show / name).is_file():
                return None
        except OSError:  # a name that is too long for a file
            return None
        return self._objects.sign(_key(show, name), method)

    def is_short(self, free: int) -> bool:
        """Whether fewer bytes of the disk are free."""
        return shutil.disk_usage(self._recordings).free < free

    def has_copies(self, show: str) -> bool:
        """Whether something of the show could be pruned."""
        return any(_copies(self._recordings / show))

    def list_stored(self, show: str) -> dict[str, int]:
        """Bytes by name of what the store has of a show. Raises ObjectsUnavailable."""
        found = self._objects.sizes(_key(show, ""))
        return {key.rpartition("/")[2]: size for key, size in found.items()}

    def prune(self, show: str, stored: Mapping[str, int]) -> int:
        """Delete the disk's copies of segments that the store has (`list_stored`); the bytes that
        they took. Needs the lock of the show's replay, and asks nobody.
        """
        inits = {line.name: line.init for line in self.read_index(show).segments}
        freed = 0
        for file in _copies(self._recordings / show):
            size = file.stat().st_size
            if stored.get(file.name) != size:
                # Somebody deleted it there: it is uploaded again.
                _kept(file).unlink(missing_ok=True)
                continue
            # Nothing can read it off the segment once that is gone.
            time = self.first_time(show, inits.get(file.name, ""), file.name)
            _note_kept(file, size, time)
            public = self._replays / show / file.name
            if public.exists():
                _note_kept(public, size)
                public.unlink()
            file.unlink()
            freed += size
        return freed

    def first_time(self, show: str, init: str, segment: str) -> int | None:
        time = super().first_time(show, init, segment)
        if time is None:
            with contextlib.suppress(FileNotFoundError, ValueError):
                _, time = _read_kept(_kept(self._recordings / show / segment))
        return time

    def fetch(self, show: str, names: Set[str], folder: Path) -> None:
        super().fetch(show, names, folder)
        missing = [name for name in names if not (folder / name).exists()]
        with ThreadPoolExecutor(_AT_ONCE) as downloads:
            for done in [downloads.submit(self._download, show, name, folder) for name in missing]:
                done.result()

    def _download(self, show: str, name: str, folder: Path) -> None:
        with contextlib.suppress(ObjectMissing):
            self._objects.fetch(_key(show, name), folder / name)

    def remote_sizes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for kept in self._recordings.glob(f"*/.*{KEPT}"):
            with contextlib.suppress(FileNotFoundError, ValueError):
                size, _ = _read_kept(kept)
                found[kept.parent.name] = found.get(kept.parent.name, 0) + size
        return found

    def list_remote(self) -> list[str]:
        """Shows of which the store has something."""
        return self._objects.folders(_key("", ""))

    def delete(self, show: str) -> None:
        # The disk first: an upload that is under way finds its file gone, and removes it there.
        super().delete(show)
        self._objects.delete(_key(show, ""))

    def _named(self, file: Path) -> str:
        name = file.name
        return name[1 : -len(KEPT)] if name.startswith(".") and name.endswith(KEPT) else name

    def _link(self, show: str, name: str) -> bool:
        if super()._link(show, name):
            return True
        kept = _kept(self._replays / show / name)
        if kept.exists():
            return True
        with contextlib.suppress(FileNotFoundError, ValueError):
            size, _ = _read_kept(_kept(self._recordings / show / name))
            _note_kept(self._replays / show / name, size)
            return True
        return False


def _key(show: str, name: str) -> str:
    return f"{recording.FOLDER}/{show}/{name}" if show else f"{recording.FOLDER}/"


def _kept(file: Path) -> Path:
    return file.with_name(f".{file.name}{KEPT}")


def _note_kept(file: Path, size: int, time: int | None = None) -> None:
    """Whole or not there. Raises FileNotFoundError when its folder is gone."""
    beside = _kept(file).with_suffix(".part")
    beside.write_text(f"{size}" if time is None else f"{size} {time}")
    beside.replace(_kept(file))


def _read_kept(kept: Path) -> tuple[int, int | None]:
    """Its size, and the time at which its media begins where that was noted. Raises
    FileNotFoundError, ValueError.
    """
    size, *time = (int(word) for word in kept.read_text().split())
    return size, time[0] if time else None


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _left(folder: Path) -> list[str]:
    """Media files that are whole and not uploaded."""
    names = _names(folder)
    media = (name for name in names if name.endswith((".m4s", ".mp4")) and name[0] != ".")
    return sorted(name for name in media if f".{name}{KEPT}" not in names)


def _copies(folder: Path) -> Iterable[Path]:
    """Segments that were uploaded and are here, too."""
    names = _names(folder)
    for name in sorted(names):
        if name.endswith(".m4s") and name[0] != "." and f".{name}{KEPT}" in names:
            yield folder / name


def _names(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries}
    except FileNotFoundError:
        return set()
