"""What a viewer's address asks for."""

from __future__ import annotations

import pytest

from showfloor.streaming.http.requests import ViewerRequest, read_query, read_request


@pytest.mark.parametrize(
    ("file", "msn", "part"),
    [
        ("7.m4s", 7, None),
        ("7.3.m4s", 7, 3),
        ("init-0a.mp4", None, None),
        ("index.m3u8", None, None),
    ],
)
def test_a_file_names_what_it_waits_for(file: str, msn: int | None, part: int | None) -> None:
    request = read_request(file, {}, False, "")

    assert request == ViewerRequest(file, msn, part, False, False, "")


def test_directives_of_a_blocking_reload_are_read() -> None:
    directives = read_query("_HLS_msn=7&_HLS_part=3&_HLS_skip=YES&preview=a%20b")

    assert read_request("media.m3u8", directives, True, "?preview=x") == ViewerRequest(
        "media.m3u8", 7, 3, True, True, "?preview=x"
    )
    assert directives["preview"] == "a b"


@pytest.mark.parametrize(
    "file",
    ["", "x", ".m4s", "a.m4s", "-1.m4s", "7.x.m4s", "7.3.1.m4s", "٧.m4s", "init-.m4v"],
)
def test_a_file_that_no_show_has_is_no_request(file: str) -> None:
    assert read_request(file, {}, False, "") is None


@pytest.mark.parametrize("number", ["", "-1", "1.5", "1e3", "٣", "123456789012", "x"])
def test_a_number_that_is_none_is_left_out(number: str) -> None:
    request = read_request("media.m3u8", {"_HLS_msn": number}, False, "")

    assert request is not None and request.msn is None
