"""An id with its MAC opens one kind of thing, in one installation."""

from __future__ import annotations

from showfloor.kit import ids
from showfloor.kit.tokens import id_of, sign_id

SECRET = b"s" * 32


def test_token_leads_to_its_id_for_its_purpose_alone() -> None:
    signed_id = ids.new()
    token = sign_id(SECRET, b"one:", signed_id)

    assert id_of(SECRET, b"one:", token) == signed_id
    assert id_of(SECRET, b"other:", token) is None
    assert id_of(b"t" * 32, b"one:", token) is None
    for other in ("", "x", "é", "\ud800", token[:-1], token + "A", token + "="):
        assert id_of(SECRET, b"one:", other) is None
