"""The folder of a replay holds exactly what may be watched."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from showfloor.replays.adapters import disk
from showfloor.replays.adapters.disk import DiskStorage

SHOW = "show_a"
LISTS = {"index.m3u8": "#EXTM3U\nmedia.m3u8\n", "media.m3u8": "#EXTM3U\n1.m4s\n"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    recorded = tmp_path / "recordings" / SHOW
    recorded.mkdir(parents=True)
    for name in ("init-a.mp4", "1.m4s", "2.m4s", "3.m4s", "index.jsonl"):
        (recorded / name).write_bytes(name.encode())
    return tmp_path


def public(data: Path) -> set[str]:
    folder = data / "replays" / SHOW
    return {file.name for file in folder.iterdir()} if folder.exists() else set()


def test_published_files_are_links_and_nothing_else_is_there(data: Path) -> None:
    missing = DiskStorage(data).publish(SHOW, {"init-a.mp4", "1.m4s"}, LISTS)

    assert missing == set()
    assert public(data) == {"init-a.mp4", "1.m4s", "index.m3u8", "media.m3u8"}
    assert os.path.samefile(  # noqa: PTH121 - pathlib's opens neither
        data / "recordings" / SHOW / "1.m4s", data / "replays" / SHOW / "1.m4s"
    )


def test_file_that_is_not_named_any_more_is_gone_and_the_recording_stays(data: Path) -> None:
    storage = DiskStorage(data)
    storage.publish(SHOW, {"init-a.mp4", "1.m4s", "2.m4s"}, LISTS)

    storage.publish(SHOW, {"init-a.mp4", "2.m4s"}, LISTS)

    assert public(data) == {"init-a.mp4", "2.m4s", "index.m3u8", "media.m3u8"}
    assert (data / "recordings" / SHOW / "1.m4s").exists()


def test_publishing_again_changes_nothing_and_keeps_the_playlist_s_time(data: Path) -> None:
    storage = DiskStorage(data)
    storage.publish(SHOW, {"1.m4s"}, LISTS)
    before = (data / "replays" / SHOW / "media.m3u8").stat().st_mtime_ns

    storage.publish(SHOW, {"1.m4s"}, LISTS)

    assert (data / "replays" / SHOW / "media.m3u8").stat().st_mtime_ns == before


def test_what_was_hidden_is_gone_though_the_playlist_cannot_be_written(data: Path) -> None:
    storage = DiskStorage(data)
    storage.publish(SHOW, {"1.m4s", "2.m4s"}, LISTS)
    obstacle = data / "replays" / SHOW / "media.m3u8"
    obstacle.unlink()
    obstacle.mkdir()

    with pytest.raises(OSError):
        storage.publish(SHOW, {"1.m4s"}, LISTS)

    assert "2.m4s" not in public(data)


def test_what_was_hidden_is_gone_though_what_is_shown_again_cannot_be_linked(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = DiskStorage(data)
    storage.publish(SHOW, {"1.m4s", "2.m4s"}, LISTS)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(disk.os, "link", refuse)
    monkeypatch.setattr(disk.shutil, "copy2", refuse)
    with pytest.raises(OSError, match="full"):
        storage.publish(SHOW, {"1.m4s", "3.m4s"}, LISTS)

    assert public(data) == {"1.m4s", *LISTS}


def test_file_that_the_recording_lacks_is_named_and_no_playlist_is_written(data: Path) -> None:
    missing = DiskStorage(data).publish(SHOW, {"1.m4s", "9.m4s"}, LISTS)

    assert missing == {"9.m4s"}
    assert public(data) == {"1.m4s"}


def test_disk_without_hard_links_gets_copies(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(disk.os, "link", refuse)

    assert DiskStorage(data).publish(SHOW, {"1.m4s"}, LISTS) == set()
    assert (data / "replays" / SHOW / "1.m4s").read_bytes() == b"1.m4s"


def test_withdrawn_replay_leaves_nothing_public_and_the_recording_untouched(data: Path) -> None:
    storage = DiskStorage(data)
    storage.publish(SHOW, {"1.m4s"}, LISTS)

    storage.withdraw(SHOW)
    storage.withdraw(SHOW)

    assert public(data) == set()
    assert (data / "recordings" / SHOW / "1.m4s").exists()


def test_deleted_replay_takes_the_recording_with_it(data: Path) -> None:
    storage = DiskStorage(data)
    storage.publish(SHOW, {"1.m4s"}, LISTS)

    storage.delete(SHOW)

    assert not (data / "recordings" / SHOW).exists()
    assert public(data) == set()


@pytest.mark.parametrize("folder", ["replays", "recordings"])
def test_folder_that_cannot_be_removed_is_not_said_to_be_gone(data: Path, folder: str) -> None:
    """One that an operator moved to another disk."""
    storage = DiskStorage(data)
    storage.publish(SHOW, {"1.m4s"}, LISTS)
    place = data / folder / SHOW
    place.rename(data / "elsewhere")
    place.symlink_to(data / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        storage.delete(SHOW)

    assert (data / "elsewhere" / "1.m4s").exists()


def test_link_of_an_older_version_is_opened_when_it_is_published_again(data: Path) -> None:
    storage = DiskStorage(data)
    storage.publish(SHOW, {"1.m4s"}, LISTS)
    link = data / "replays" / SHOW / "1.m4s"
    link.chmod(0o600)

    storage.publish(SHOW, {"1.m4s"}, LISTS)

    assert link.stat().st_mode & 0o777 == 0o644


def test_a_web_server_of_another_user_may_read_what_is_public_and_no_more(data: Path) -> None:
    before = os.umask(0o077)
    try:
        (data / "recordings" / SHOW).chmod(0o700)
        (data / "recordings" / SHOW / "1.m4s").chmod(0o600)
        (data / "recordings" / SHOW / "2.m4s").chmod(0o600)
        storage = DiskStorage(data)
        storage.publish(SHOW, {"1.m4s"}, {})
        clip = storage.workshop() / "clip"
        clip.mkdir()
        (clip / "clip.mp4").write_bytes(b"film")
        storage.put("clip_a", clip)
        poster = storage.workshop() / "poster.webp"
        poster.write_bytes(b"picture")
        storage.add(SHOW, [poster])
    finally:
        os.umask(before)

    def mode(*names: str) -> int:
        return data.joinpath(*names).stat().st_mode & 0o777

    assert {mode("replays"), mode("replays", SHOW), mode("replays", "clip_a")} == {0o755}
    public = [(SHOW, "1.m4s"), (SHOW, "poster.webp"), ("clip_a", "clip.mp4")]
    assert {mode("replays", *names) for names in public} == {0o644}
    assert (mode("recordings", SHOW), mode("recordings", SHOW, "2.m4s")) == (0o700, 0o600)
    assert mode("making") == 0o700


def test_names_are_of_recordings_and_of_what_is_public(tmp_path: Path) -> None:
    storage = DiskStorage(tmp_path)
    assert storage.names() == set()

    for folder in ("recordings/show_a", "recordings/show_b", "replays/show_b", "replays/clip_c"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "recordings" / "note.txt").touch()

    assert storage.names() == {"show_a", "show_b", "clip_c"}
