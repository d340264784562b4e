"""Recordings and published replays, in the words of `replays`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Protocol

from showfloor.kit.recording import Index


class Storage(Protocol):
    """Blocking: callers run it in a thread. Everything may be repeated."""

    def read_index(self, show: str) -> Index:
        """What was recorded of a show (`show_…`)."""
        ...

    def publish(self, show: str, media: Set[str], playlists: Mapping[str, str]) -> set[str]:
        """Make exactly these files of the recording public, and these playlists; what was added is
        gone. Returns the media files that the recording does not have; they are not public, and the
        playlists are not written when there is one.
        """
        ...

    def fetch(self, show: str, names: Set[str], folder: Path) -> None:
        """Put these files of the recording into a folder of the workshop, which is made; one that
        the recording does not have is left out. May take as long as a download.
        """
        ...

    def add(self, show: str, files: Iterable[Path]) -> None:
        """Move these files into what is public of a published replay, the last one last."""
        ...

    def first_time(self, show: str, init: str, segment: str) -> int | None:
        """When the media of this segment begins by its own clock, at 90 kHz; 0 where that cannot be
        read, None where the segment is not there. Read from the disk alone.
        """
        ...

    def read(self, name: str, file: str) -> str | None:
        """A public text; None when it is not there."""
        ...

    def replace(self, name: str, prefix: str, texts: Mapping[str, str]) -> None:
        """Write these texts beside what is public under a name, the last one last, and delete the
        other files whose names begin with `prefix`. Nothing happens where nothing is public.
        """
        ...

    def workshop(self) -> Path:
        """A folder for files that are being made. What an earlier process left in it is deleted
        after a while.
        """
        ...

    def put(self, name: str, folder: Path) -> None:
        """Everything of this folder becomes public under a name, at once, in place of what was."""
        ...

    def names(self) -> set[str]:
        """Of recordings and of what else is public, wherever their bytes are. Looks at no file."""
        ...

    def sizes(self) -> dict[str, int]:
        """Bytes on this machine's disk by name, of recordings and of what else is public."""
        ...

    def remote_sizes(self) -> dict[str, int]:
        """Bytes in object storage by name."""
        ...

    def withdraw(self, show: str) -> None:
        """Nothing of the show is public from now on."""
        ...

    def delete(self, show: str) -> None:
        """Withdraw, and delete the recording for good."""
        ...
