"""Records of which each carries the hash of the one before it, so that none can be changed, left
out or put elsewhere unseen. The log of a drop and the evidence are written in this one form.

A record is an object of texts and whole numbers. Its canonical form is that of RFC 8785; `hash` is
the SHA-256 of the canonical form without `hash`, in hexadecimal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

NO_RECORD = "0" * 64
"""What stands for the hash before the first record."""
LARGEST = 2**53 - 1
"""What every reader of JSON can tell apart (RFC 8259 section 6)."""


def digest(members: Mapping[str, object]) -> str:
    """The hash of a record, of its members without `hash`."""
    return sha256(canonical(members)).hexdigest()


def canonical(members: Mapping[str, object]) -> bytes:
    """RFC 8785 for texts and whole numbers up to LARGEST. Raises UnicodeEncodeError, which is a
    ValueError, for a text that is none.
    """
    text = json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")
