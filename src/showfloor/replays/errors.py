"""Refusals of `replays`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class ReplayDeleted(AppError):
    """It was deleted for good."""

    code = "replay_deleted"
    status = 410


class CutInvalid(AppError):
    """A span ends before it begins, or the trim leaves nothing."""

    code = "replay_cut_invalid"
    status = 422
