"""What a process that we start owes to the one that started it. Linux."""

from __future__ import annotations

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
"""Loaded before any fork: a child of a process with threads may do next to nothing before exec."""


def die_with_parent() -> None:
    """prctl(2): the kernel ends the child when this process is killed, so that nothing is left
    behind. For programs that end well on SIGTERM.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def fall_with_parent() -> None:
    """The same for a program that reads what strangers sent, and may hang in it: SIGKILL."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
