"""What an installation writes is for its own user alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from showfloor.app.private import close_folder, private_text, secrets


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_command_writes_files_for_its_user_alone() -> None:
    told = "import os; from showfloor.app import cli; cli.cli = lambda: None; cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", f"{told}; print(oct(os.umask(0)))"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "0o77\n"


def test_folder_that_was_open_is_closed_and_stays_passable_where_it_was_made_so(
    tmp_path: Path,
) -> None:
    for before, after in ((0o755, 0o711), (0o711, 0o711), (0o700, 0o700)):
        folder = tmp_path / oct(before)
        folder.mkdir()
        folder.chmod(before)

        close_folder(folder)

        assert _mode(folder) == after
    close_folder(tmp_path / "new")
    assert _mode(tmp_path / "new") == 0o700


def test_private_text_is_private_also_over_an_open_draft(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.with_suffix(".draft").write_text("old")
    file.with_suffix(".draft").chmod(0o644)

    private_text(file, "new")

    assert _mode(file) == 0o600 and file.read_text() == "new"


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    first = secrets(tmp_path)

    assert secrets(tmp_path) == first
    assert {len(value) >= 32 for value in first.values()} == {True}
    assert _mode(tmp_path / "secrets.json") == 0o600
