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


class KeptTooBriefly(AppError):
    """By law, or because that day has passed."""

    code = "replay_kept_too_briefly"
    status = 422


class ClipNotFound(AppError):
    """No such clip, or not this person's."""

    code = "clip_not_found"
    status = 404


class ClipSpanInvalid(AppError):
    """It ends before it begins, or is too short or too long."""

    code = "clip_span_invalid"
    status = 422


class ClipSpanUnavailable(AppError):
    """Something of it was hidden, trimmed or never recorded."""

    code = "clip_span_unavailable"
    status = 409


class TooManyClips(AppError):
    code = "too_many_clips"
    status = 409


class CaptionsUnreadable(AppError):
    """The upload is no WebVTT that can be shown as it is. `reason` is one of `kit.webvtt`."""

    code = "captions_unreadable"
    status = 422


class ReplayNotThere(AppError):
    """The show cannot be watched from its beginning: nothing is recorded, or its host withholds
    it.
    """

    code = "replay_not_there"
    status = 404
