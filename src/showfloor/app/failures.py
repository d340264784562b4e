"""What ends a command with a sentence."""

from __future__ import annotations


class CommandFailed(RuntimeError):
    """The text says what stands in the way and what to do."""
