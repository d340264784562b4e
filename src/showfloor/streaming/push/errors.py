"""Why a destination does not get the show."""

from __future__ import annotations


class PushFailed(Exception):
    """`code` is stable and has a sentence in the catalog (`push.<code>`); `detail` are the
    destination's own words, which may be empty.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


FINAL = ("address_invalid", "address_forbidden")
"""What no later attempt changes."""
