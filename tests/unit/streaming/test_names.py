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


@pytest.mark.parametrize(
    "pasted",
    ["sk_1 ", "sk_1\n", "\tsk_1", "sk_1\u00a0", "\u200bsk_1", "\u200esk_1\u202c", "\ufeffsk_1"],
)
def test_marks_around_a_pasted_key_are_not_part_of_it(pasted: str) -> None:
    assert names.read_key("live", pasted) == "sk_1"
