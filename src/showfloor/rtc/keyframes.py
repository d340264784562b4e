"""When to ask a camera for a key frame, and which pictures nobody could decode. Pure."""

from __future__ import annotations

_EVERY_SECONDS = 1.7
"""Since the last one; asking and making take a moment, and players join at a key frame: every two
seconds.
"""
_AGAIN_SECONDS = 0.4
_FREEZE_SECONDS = 1.0
"""Longer than that nobody waits for a key frame after a loss: some encoders never listen."""
_START = b"\0\0\0\1"
_IDR = 5


class KeyFrames:
    """Of one camera. Times are seconds on a steady clock."""

    def __init__(self) -> None:
        self._newest: float | None = None
        self._asked: float | None = None
        self._frozen_since: float | None = None

    def lets_through(self, picture: bytes, now: float, *, after_loss: bool) -> bool:
        """Whether a picture can be shown. After a loss the ones that build on what is missing are
        left out: a short standstill instead of smeared pictures.
        """
        if is_key(picture):
            self._newest = now
            self._frozen_since = None
            return True
        if after_loss and self._newest is not None and self._frozen_since is None:
            self._frozen_since = now
        if self._frozen_since is None:
            return True
        if now - self._frozen_since > _FREEZE_SECONDS:
            self._frozen_since = None
            return True
        return False

    def is_urgent(self, now: float) -> bool:
        """Whether to ask at once; it counts as asked then."""
        return (self._frozen_since is not None or self._newest is None) and self._ask(now)

    def is_due(self, now: float) -> bool:
        """Whether to ask because the last key frame is old; it counts as asked then."""
        old = self._newest is None or now - self._newest > _EVERY_SECONDS
        return (old or self._frozen_since is not None) and self._ask(now)

    def _ask(self, now: float) -> bool:
        if self._asked is not None and now - self._asked < _AGAIN_SECONDS:
            return False
        self._asked = now
        return True


def is_key(picture: bytes) -> bool:
    """Whether a byte stream (H.264 annex B) has a slice of an IDR picture."""
    at = picture.find(_START)
    while 0 <= at < len(picture) - len(_START):
        if picture[at + len(_START)] & 31 == _IDR:
            return True
        at = picture.find(_START, at + len(_START))
    return False
