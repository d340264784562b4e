"""WebVTT that somebody uploads: what is read, what is refused and where, what comes back out."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from showfloor.kit import messages, webvtt
from showfloor.kit.webvtt import Line, WebVttError

FILE = """\ufeffWEBVTT - Slow morning
Kind: captions

NOTE made by hand

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 align:start position:10%
<v Lina>Good &amp; <i>well</i>
second line

00:00:03.000 --> 00:00:04.000
مرحبا
"""


def test_cues_are_read_with_their_words_alone() -> None:
    assert webvtt.parse(FILE.encode()) == [
        Line(1000, 2500, "Good & well\nsecond line"),
        Line(3000, 4000, "مرحبا"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(end: str) -> None:
    assert len(webvtt.parse(FILE.replace("\n", end).encode())) == 2


def test_file_without_cues_is_one() -> None:
    assert webvtt.parse(b"WEBVTT\n") == webvtt.parse(b"WEBVTT") == []


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "no_header", 1),
        ("1\n00:00:01,000 --> 00:00:02,000\nSubRip", "no_header", 1),
        ("WEBVTTX", "no_header", 1),
        ("WEBVTT\n\nhello", "times", 3),
        ("WEBVTT\n\n1\n00:99.000 --> 00:02.000\nx", "times", 4),
        ("WEBVTT\n\n00:01,000 --> 00:02,000\nx", "times", 3),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nx", "times", 3),
        ("WEBVTT\n\n00:01.000 --> 00:01.000\nx", "times", 3),
        ("WEBVTT\n\n00:01.000 --> 10:01.000\nx", "times", 3),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:03.000 --> 00:04.000\ny", "times", 5),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:01.000 --> 00:02.000\ny", "order", 6),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "empty_text", 3),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\u200b", "empty_text", 3),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n" + "x" * 501, "long_text", 3),
    ],
)
def test_fault_is_refused_with_its_line(text: str, reason: str, line: int) -> None:
    with pytest.raises(WebVttError) as found:
        webvtt.parse(text.encode())

    assert (found.value.reason, found.value.line) == (reason, line)


def test_every_reason_has_its_words() -> None:
    reasons = set(re.findall(r'WebVttError\("([a-z0-9_]+)"', inspect.getsource(webvtt)))

    assert len(reasons) == 7
    assert all(messages.load().has(f"webvtt.{reason}") for reason in reasons)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(WebVttError, match="not_utf8 in line 3"):
        webvtt.parse(b"WEBVTT\n\n\xff\xfe")


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webvtt, "MOST_CUES", 1)
    with pytest.raises(WebVttError, match="too_long"):
        webvtt.parse(FILE.encode())
    with pytest.raises(WebVttError, match="too_long"):
        webvtt.parse(b"WEBVTT" + bytes(webvtt.MOST_BYTES))


@pytest.mark.parametrize("hostile", ["<" * 100_000, "&" * 100_000, "<b" * 50_000, "-->" * 30_000])
def test_hostile_words_cost_no_time(hostile: str) -> None:
    with pytest.raises(WebVttError):
        webvtt.parse(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{hostile}".encode())


def test_markup_never_becomes_a_tag_again() -> None:
    (line,) = webvtt.parse(b"WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;script&gt;x")

    assert line.text == "<script>x"
    assert "&lt;script&gt;x" in webvtt.write([line])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for whole in (data, b"WEBVTT\n\n" + data, b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + data):
        try:
            lines = webvtt.parse(whole)
        except WebVttError:
            continue
        assert webvtt.parse(webvtt.write(lines).encode()) == lines


def test_file_for_hls_says_which_time_of_the_media_a_position_is() -> None:
    line = Line(4000, 5000, "Fired twice")

    text = webvtt.write([line], mapped=((1 << 33) + 7, 3500))

    assert text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:7,LOCAL:00:00:03.500\n\n")
    assert webvtt.parse(text.encode()) == [line]
