"""The folder of the socket, when it has to lie among everybody's temporary files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from showfloor.app import postgres
from showfloor.app.postgres import EmbeddedPostgres, PostgresFailed


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedPostgres:
    """One whose own folder has too long a path for a socket."""
    temporary = tmp_path / "t"
    temporary.mkdir()
    monkeypatch.setattr(postgres, "gettempdir", lambda: str(temporary))
    server = EmbeddedPostgres(tmp_path / ("long" * 30))
    assert server.socket_folder.parent == temporary
    return server


def test_socket_folder_is_made_for_us_alone(server: EmbeddedPostgres) -> None:
    server._prepare_folders()
    server._prepare_folders()

    assert server.socket_folder.stat().st_mode & 0o777 == 0o700


def test_link_to_another_folder_of_ours_is_refused(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir(mode=0o755)
    server.socket_folder.symlink_to(precious)

    with pytest.raises(PostgresFailed, match="somebody else"):
        server._prepare_folders()

    assert precious.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: only root can make a stranger's folder")
def test_folder_of_a_stranger_is_refused(server: EmbeddedPostgres) -> None:
    server.socket_folder.mkdir()
    os.chown(server.socket_folder, 12345, 12345)

    with pytest.raises(PostgresFailed, match="somebody else"):
        server._prepare_folders()

    assert server.socket_folder.stat().st_uid == 12345


def test_nothing_is_left_among_temporary_files(server: EmbeddedPostgres) -> None:
    server._prepare_folders()

    server.stop()

    assert list(server.socket_folder.parent.iterdir()) == []
    assert server.data.exists()


def test_folder_with_something_in_it_stays(server: EmbeddedPostgres) -> None:
    server._prepare_folders()
    (server.socket_folder / ".s.PGSQL.5432").touch()

    server.stop()

    assert (server.socket_folder / ".s.PGSQL.5432").exists()
