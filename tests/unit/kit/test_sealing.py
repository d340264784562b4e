"""Secrets that are stored encrypted."""

from __future__ import annotations

import pytest

from showfloor.kit.sealing import Unreadable, seal, unseal

SECRET, OWNER = "s" * 32, b"row one"


def test_a_text_comes_back_and_is_never_stored_the_same_way_twice() -> None:
    sealed = [seal(SECRET, "live_key · مفتاح", owner=OWNER) for _ in range(2)]

    assert [unseal(SECRET, each, owner=OWNER) for each in sealed] == ["live_key · مفتاح"] * 2
    assert sealed[0] != sealed[1]
    assert b"live_key" not in sealed[0]


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
def test_what_is_cut_off_does_not_open(cut: int) -> None:
    with pytest.raises(Unreadable):
        unseal(SECRET, seal(SECRET, "key", owner=OWNER)[:cut], owner=OWNER)


def test_it_opens_with_its_own_secret_for_its_own_owner_alone() -> None:
    sealed = seal(SECRET, "key", owner=OWNER)

    for secret, owner in (("t" * 32, OWNER), (SECRET, b"row two")):
        with pytest.raises(Unreadable):
            unseal(secret, sealed, owner=owner)
