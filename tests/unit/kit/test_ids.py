"""Identifiers say when they were made."""

from __future__ import annotations

from datetime import timedelta

from showfloor.kit import ids


def test_what_was_made_up_to_a_moment_sorts_before_what_comes_after_it() -> None:
    made = [ids.new() for _ in range(3)]
    moment = ids.made_at(made[-1])

    assert all(each < ids.after(moment) for each in made)
    assert all(each > ids.after(moment - timedelta(milliseconds=1000)) for each in made)
    assert ids.made_at(ids.after(moment)) == moment + timedelta(milliseconds=1)
