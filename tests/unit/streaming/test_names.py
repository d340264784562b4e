"""The stream key, wherever an encoder puts it."""

from __future__ import annotations

import pytest

from showfloor.streaming.rtmp import names


@pytest.mark.parametrize(
    ("app", "name", "key"),
    [
        ("live", "secret", "secret"),
        ("live/", "secret", "secret"),
        ("live", "secret?bitrate=1", "secret"),
        ("live", "stage?key=secret", "secret"),
        ("live?key=secret", "stage", "secret"),
        ("live?key=secret", "", "secret"),
        ("live", "folder/secret", "secret"),
        ("live/room", "secret", "secret"),
        ("live/secret", "", "secret"),
        ("live", "", ""),
        ("", "", ""),
    ],
)
def test_the_key_is_found(app: str, name: str, key: str) -> None:
    assert names.read_key(app, name) == key
