"""The stream key, wherever an encoder puts it."""

from __future__ import annotations

import pytest

from showfloor.streaming.rtmp import names


@pytest.mark.parametrize(
    ("app", "name", "key", "shown"),
    [
        ("live", "secret", "secret", "live"),
        ("live/", "secret", "secret", "live"),
        ("live", "secret?bitrate=1", "secret", "live"),
        ("live", "stage?key=secret", "secret", "live"),
        ("live?key=secret", "stage", "secret", "live"),
        ("live?key=secret", "", "secret", "live"),
        ("live", "folder/secret", "secret", "live"),
        ("live/room", "secret", "secret", "live/room"),
        ("live/secret", "", "secret", "live"),
        ("live", "", "", "live"),
        ("", "", "", ""),
    ],
)
def test_the_key_is_found_and_the_application_never_holds_it(app: str, name: str, key: str, shown: str) -> None:
    assert names.read(app, name) == (key, shown)
