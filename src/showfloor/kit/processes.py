"""What a process that we start owes to the one that started it. Linux."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
"""Loaded before any fork: a child of a process with threads may do next to nothing before exec."""


def die_with_parent(parent: int) -> None:
    """prctl(2): the kernel ends the child when this process is killed, so that nothing is left
    behind. For programs that end well on SIGTERM. `parent` is the id of the process that starts
    it, bound before the fork: `partial(die_with_parent, os.getpid())`.
    """
    _die_with(parent, signal.SIGTERM)


def fall_with_parent(parent: int) -> None:
    """The same for a program that reads what strangers sent, and may hang in it: SIGKILL."""
    _die_with(parent, signal.SIGKILL)


def _die_with(parent: int, by: signal.Signals) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, by)
    # Killed between fork and prctl, it sends no signal any more.
    if os.getppid() != parent:
        os._exit(1)
