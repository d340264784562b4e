"""Codes, links, and what is kept of a browser's name."""

from __future__ import annotations

from uuid import UUID

import pytest

from showfloor.kit import ids
from showfloor.viewers import rules

SECRET, OTHER = "s" * 32, "t" * 32


def test_code_and_link_are_those_of_one_request_and_one_installation() -> None:
    one, two = ids.new(), ids.new()

    assert rules.is_code(SECRET, one, rules.code_of(SECRET, one))
    assert not rules.is_code(SECRET, one, rules.code_of(OTHER, one) + "0")
    assert rules.code_of(SECRET, one) != rules.code_of(SECRET, two) or one == two
    assert rules.sign_in_of_link(SECRET, rules.link_of(SECRET, one)) == one
    assert rules.sign_in_of_link(OTHER, rules.link_of(SECRET, one)) is None


def test_code_has_six_digits_also_where_it_begins_with_noughts() -> None:
    codes = [rules.code_of(SECRET, UUID(int=number)) for number in range(3000)]

    assert {len(code) for code in codes} == {6}
    assert all(code.isdecimal() for code in codes)
    assert any(code.startswith("00") for code in codes)
    assert len(set(codes)) > 2900


@pytest.mark.parametrize("link", ["", "x", "é", "=", "A" * 45, "A" * 46, "A" * 200, "\x00"])
def test_text_that_is_no_link_is_none(link: str) -> None:
    assert rules.sign_in_of_link(SECRET, link) is None


def test_changed_link_is_none() -> None:
    link = rules.link_of(SECRET, ids.new())

    for place in range(len(link)):
        changed = link[:place] + ("A" if link[place] != "A" else "B") + link[place + 1 :]
        # The last character carries two bits that stand for nothing.
        if place < len(link) - 1:
            assert rules.sign_in_of_link(SECRET, changed) is None


def test_lookup_is_of_the_address_and_the_installation() -> None:
    assert rules.lookup_of(SECRET, "a@b.example") == rules.lookup_of(SECRET, "a@b.example")
    assert rules.lookup_of(SECRET, "a@b.example") != rules.lookup_of(OTHER, "a@b.example")
    assert rules.lookup_of(SECRET, "a@b.example") != rules.lookup_of(SECRET, "b@b.example")


@pytest.mark.parametrize(
    ("agent", "kept"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/141.0 Safari/537 Edg/141.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/141 Mobile Safari/537",
            "Chrome, Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/2010 Firefox/140.0",
            "Firefox, Mac",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 (KHTML) Chrome/141 Safari/537",
            "Chrome, Linux",
        ),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_browser_is_kept_as_far_as_its_owner_recognises_it(agent: str, kept: str) -> None:
    assert rules.browser_of(agent) == kept
