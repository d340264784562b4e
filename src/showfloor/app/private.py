"""What an installation keeps to itself: files for its own user alone, and the secrets it makes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from showfloor.app.settings import Settings
from showfloor.kit import ids

SECRETS = "secrets.json"
UMASK = 0o077
"""Recordings show drafts, logs and the test ledger show who was there: nobody else reads them."""


def keep_files_private() -> None:
    """What this process and its children write is for its user alone."""
    os.umask(UMASK)


def close_folder(folder: Path) -> None:
    """Make the folder, or close one that an earlier version left open to everybody.

    Others may still pass through it when somebody allowed that: PostgreSQL's own user has to where
    Showfloor runs as root.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid == os.geteuid() and found.st_mode & 0o066:
        folder.chmod(found.st_mode & 0o711)


def private_text(path: Path, text: str) -> None:
    """Whole or not at all: a program that is killed leaves the old file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.chmod(0o600)
    draft.write_text(text)
    draft.replace(path)


def secrets(data: Path) -> dict[str, str]:
    """Made at the first start, kept with the data."""
    if (found := kept_secrets(data)) is None:
        found = {"secret": ids.secret(32), "internal_token": ids.secret(32)}
        keep_secrets(data, found)
    return found


def kept_secrets(data: Path) -> dict[str, str] | None:
    """What `secrets` made; None where it never did."""
    file = data / SECRETS
    if not file.exists():
        return None
    found: dict[str, str] = json.loads(file.read_text())
    return found


def secret_of(settings: Settings) -> str:
    """What this installation signs and seals with; empty where it has none yet."""
    return settings.secret or (kept_secrets(settings.data) or {}).get("secret", "")


def keep_secrets(data: Path, values: Mapping[str, str]) -> None:
    private_text(data / SECRETS, json.dumps(values, indent=1))
