"""What stands against going live, and what would be better: pure decisions on what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from showfloor.catalog.types import PricedProduct
from showfloor.kit.contract import Health, SoundMeasure, VideoHealth
from showfloor.media.types import BrokenRule
from showfloor.shows.types import Check, CheckArea, CheckStatus, Disclosure

OK, WARN, BAD, UNKNOWN = CheckStatus.OK, CheckStatus.WARN, CheckStatus.BAD, CheckStatus.UNKNOWN
TARGET_LUFS = -16.0
"""What streaming services ask of speech; louder than broadcast (-23)."""
QUIET_LUFS = -21.0
LOUD_LUFS = -12.0
SILENT_DBFS = -50.0
"""A room's noise reaches it, a voice is far above."""
LOW_FPS = 23.0
_LEAST_KBPS = ((1_500_000, 1_000), (700_000, 400), (0, 200))
"""Pixels of the picture, and the rate below which even a calm one falls apart in blocks."""
_OWN_CHECK = frozenset(
    {"no_video", "no_audio", "bitrate_high", "keyframe_interval_long", "variable_frame_rate"}
)
"""Warnings of the media server that a check of its own says."""


def camera_checks(health: Health | None) -> list[Check]:
    """`health` is None while nobody publishes a picture."""
    if health is None:
        return [Check(CheckArea.PICTURE, "camera_missing", BAD)]
    warned = {warning.code: warning for warning in health.warnings}
    others = [
        Check(CheckArea.SIGNAL, warning.code, WARN, warning.params)
        for code, warning in warned.items()
        if code not in _OWN_CHECK
    ]
    video = health.video
    if video is None or "no_video" in warned:
        return [Check(CheckArea.PICTURE, "picture_missing", BAD), *others]
    size: dict[str, str | int | float] = {"width": video.width, "height": video.height}
    return [
        Check(CheckArea.PICTURE, "picture_arrives", OK, size),
        _bitrate(video, high="bitrate_high" in warned),
        _frame_rate(video, varies="variable_frame_rate" in warned),
        _keyframes(video, far="keyframe_interval_long" in warned),
        *others,
    ]


def _bitrate(video: VideoHealth, *, high: bool) -> Check:
    kbps = video.bitrate // 1000
    pixels = video.width * video.height
    least = next(rate for floor, rate in _LEAST_KBPS if pixels >= floor)
    if high:
        return Check(CheckArea.PICTURE, "bitrate_high", WARN, {"kbps": kbps})
    if kbps < least:
        return Check(CheckArea.PICTURE, "bitrate_low", WARN, {"kbps": kbps, "least": least})
    return Check(CheckArea.PICTURE, "bitrate_good", OK, {"kbps": kbps})


def _frame_rate(video: VideoHealth, *, varies: bool) -> Check:
    fps: dict[str, str | int | float] = {"fps": round(video.fps)}
    if video.fps < LOW_FPS:
        return Check(CheckArea.PICTURE, "frame_rate_low", WARN, fps)
    if varies:
        return Check(CheckArea.PICTURE, "frame_rate_varies", WARN, fps)
    return Check(CheckArea.PICTURE, "frame_rate_good", OK, fps)


def _keyframes(video: VideoHealth, *, far: bool) -> Check:
    every = video.keyframe_interval
    if every is None:
        return Check(CheckArea.PICTURE, "keyframes_unknown", UNKNOWN)
    code, status = ("keyframes_far", WARN) if far else ("keyframes_good", OK)
    return Check(CheckArea.PICTURE, code, status, {"seconds": every})


def sound_checks(health: Health | None, measured: SoundMeasure | None) -> list[Check]:
    """Nothing is said of the sound where no camera is."""
    if health is None:
        return []
    if health.audio is None or any(warning.code == "no_audio" for warning in health.warnings):
        return [Check(CheckArea.SOUND, "sound_missing", BAD)]
    if measured is None or not measured.seconds:
        return [Check(CheckArea.SOUND, "loudness_unmeasured", UNKNOWN)]
    loudness, peak = measured.loudness, measured.peak
    if loudness is None or peak is None or peak < SILENT_DBFS:
        return [Check(CheckArea.SOUND, "sound_silent", BAD)]
    clips = [Check(CheckArea.SOUND, "sound_clips", WARN)] if peak >= 0 else []
    return [*clips, _loudness(loudness)]


def _loudness(lufs: float) -> Check:
    said: dict[str, str | int | float] = {
        "lufs": round(lufs),
        "by": round(abs(TARGET_LUFS - lufs)),
        "target": round(TARGET_LUFS),
    }
    if lufs < QUIET_LUFS:
        return Check(CheckArea.SOUND, "loudness_low", WARN, said)
    if lufs > LOUD_LUFS:
        return Check(CheckArea.SOUND, "loudness_high", WARN, said)
    return Check(CheckArea.SOUND, "loudness_good", OK, said)


def shelf_checks(shelf: Sequence[PricedProduct], left: Mapping[UUID, int]) -> list[Check]:
    """`left` are the pieces that can still be held, by variant."""
    if not shelf:
        return [Check(CheckArea.GOODS, "shelf_empty", WARN)]
    sold = {
        priced.product.id: [
            variant.id for variant in priced.product.variants if variant.id in priced.prices
        ]
        for priced in shelf
    }
    unpriced = [product for product, variants in sold.items() if not variants]
    gone = [
        product
        for product, variants in sold.items()
        if variants and not any(left.get(variant, 0) > 0 for variant in variants)
    ]
    found = [
        Check(CheckArea.GOODS, code, WARN, {"count": len(ids)}, product_ids=tuple(ids))
        for code, ids in (("price_missing", unpriced), ("stock_gone", gone))
        if ids
    ]
    ready = len(shelf) - len(unpriced) - len(gone)
    return [Check(CheckArea.GOODS, "goods_ready", OK, {"count": ready})] * bool(ready) + found


def frame_check(origins: Sequence[str]) -> Check:
    """Which websites may carry the show: those of its merchants."""
    if not origins:
        return Check(CheckArea.FRAMES, "frames_nowhere", OK)
    count = {"count": len(origins)}
    return Check(CheckArea.FRAMES, "frames_allowed", OK, count, origins=tuple(origins))


def disclosure_check(said: Sequence[Disclosure] | None) -> Check:
    if said is None:
        return Check(CheckArea.DISCLOSURES, "disclosures_unanswered", BAD)
    if not said:
        return Check(CheckArea.DISCLOSURES, "disclosures_none", OK)
    return Check(CheckArea.DISCLOSURES, "disclosures_said", OK, {"count": len(said)})


def destination_checks(started: Sequence[Sequence[BrokenRule]]) -> list[Check]:
    """By destination that its host started: what its network has against this show. One that is
    forbidden is left out, and stops neither the show nor the others.
    """
    if not started:
        return []
    found = [
        Check(CheckArea.DESTINATIONS, rule.code, WARN, rule.params)
        for rules in started
        for rule in rules
    ]
    going = sum(not any(rule.forbids for rule in rules) for rules in started)
    ready = Check(CheckArea.DESTINATIONS, "destinations_ready", OK, {"count": going})
    return [ready] * bool(going) + found
