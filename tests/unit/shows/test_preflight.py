"""What stands against going live, by what is known of the camera, the shelf and the networks."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from showfloor.catalog.types import PricedProduct, Product, Variant
from showfloor.kit import ids
from showfloor.kit.contract import AudioHealth, Health, HealthWarning, SoundMeasure, VideoHealth
from showfloor.kit.money import Money
from showfloor.media.types import BrokenRule
from showfloor.merchants.types import Merchant
from showfloor.shows.rules import preflight as rules
from showfloor.shows.types import Check, CheckArea, CheckStatus, Disclosure, Preflight

VIDEO = VideoHealth("h264", "High", "4.0", 1080, 1920, 30.0, 4_000_000, 1.0)
AUDIO = AudioHealth("aac", 48_000, 2, 128_000)
GOOD = Health(VIDEO, AUDIO, [])
SPEECH = SoundMeasure(10.0, -16.4, -3.0)


def said(checks: list[Check]) -> dict[str, CheckStatus]:
    return {check.code: check.status for check in checks}


def warned(*codes: str) -> Health:
    return replace(GOOD, warnings=[HealthWarning(code, {}) for code in codes])


def test_good_camera_is_good_in_every_figure() -> None:
    assert said(rules.camera_checks(GOOD)) == {
        "picture_arrives": "ok",
        "bitrate_good": "ok",
        "frame_rate_good": "ok",
        "keyframes_good": "ok",
    }


def test_camera_that_is_not_there_is_the_one_thing_said() -> None:
    assert said(rules.camera_checks(None)) == {"camera_missing": "bad"}
    assert rules.sound_checks(None, SPEECH) == []


@pytest.mark.parametrize(
    ("health", "code", "status"),
    [
        (replace(GOOD, video=None), "picture_missing", "bad"),
        (warned("no_video"), "picture_missing", "bad"),
        (replace(GOOD, video=replace(VIDEO, bitrate=900_000)), "bitrate_low", "warn"),
        (warned("bitrate_high"), "bitrate_high", "warn"),
        (replace(GOOD, video=replace(VIDEO, fps=15.0)), "frame_rate_low", "warn"),
        (warned("variable_frame_rate"), "frame_rate_varies", "warn"),
        (warned("keyframe_interval_long"), "keyframes_far", "warn"),
        (
            replace(GOOD, video=replace(VIDEO, keyframe_interval=None)),
            "keyframes_unknown",
            "unknown",
        ),
        (warned("b_frames"), "b_frames", "warn"),
    ],
)
def test_fault_of_the_camera_is_named_once(health: Health, code: str, status: str) -> None:
    checks = rules.camera_checks(health)

    assert [check.status for check in checks if check.code == code] == [status]
    assert len({check.code for check in checks}) == len(checks)


def test_small_picture_needs_fewer_bits() -> None:
    small = replace(VIDEO, width=640, height=360, bitrate=300_000)

    assert "bitrate_good" in said(rules.camera_checks(replace(GOOD, video=small)))


@pytest.mark.parametrize(
    ("measured", "found"),
    [
        (SPEECH, {"loudness_good": "ok"}),
        (replace(SPEECH, loudness=-24.0), {"loudness_low": "warn"}),
        (replace(SPEECH, loudness=-9.0), {"loudness_high": "warn"}),
        (replace(SPEECH, peak=0.4), {"sound_clips": "warn", "loudness_good": "ok"}),
        (replace(SPEECH, loudness=None), {"sound_silent": "bad"}),
        (replace(SPEECH, peak=None, loudness=None), {"sound_silent": "bad"}),
        (replace(SPEECH, peak=-60.0, loudness=-66.0), {"sound_silent": "bad"}),
        (SoundMeasure(0.0, None, None), {"loudness_unmeasured": "unknown"}),
        (None, {"loudness_unmeasured": "unknown"}),
    ],
)
def test_sound_is_judged_by_its_measure(
    measured: SoundMeasure | None, found: dict[str, str]
) -> None:
    assert said(rules.sound_checks(GOOD, measured)) == found


def test_quiet_voice_is_told_by_how_much() -> None:
    (check,) = rules.sound_checks(GOOD, replace(SPEECH, loudness=-24.2))

    assert check.params == {"lufs": -24, "by": 8, "target": -16}


@pytest.mark.parametrize("health", [replace(GOOD, audio=None), warned("no_audio")])
def test_sound_that_is_missing_is_not_judged(health: Health) -> None:
    assert said(rules.sound_checks(health, SPEECH)) == {"sound_missing": "bad"}


def _merchant(product: Product) -> Merchant:
    return Merchant(product.merchant_id, "loam", {}, {}, "/m.webp", "LW")


def priced(*amounts: int | None) -> PricedProduct:
    variants = tuple(Variant(ids.new(), f"S-{place}", {}, ()) for place in range(len(amounts)))
    product = Product(ids.new(), ids.new(), "mug", {}, {}, {}, (), (), variants)
    prices = {
        variant.id: Money(amount, "GBP")
        for variant, amount in zip(variants, amounts, strict=True)
        if amount is not None
    }
    return PricedProduct(product, prices, _merchant(product))


def left(shelf: list[PricedProduct], pieces: int) -> dict[UUID, int]:
    return {variant: pieces for each in shelf for variant in each.prices}


def test_shelf_is_ready_when_each_product_can_be_bought() -> None:
    shelf = [priced(2500), priced(900, None)]

    (check,) = rules.shelf_checks(shelf, left(shelf, 3))

    assert (check.code, check.status, check.params) == ("goods_ready", "ok", {"count": 2})


def test_products_that_nobody_can_buy_are_named() -> None:
    good, unpriced, gone = priced(2500), priced(None), priced(900)
    # The catalog answers the prices of all of them with each.
    every = {**good.prices, **gone.prices}
    good, unpriced, gone = (replace(each, prices=every) for each in (good, unpriced, gone))

    checks = rules.shelf_checks([good, unpriced, gone], {good.product.variants[0].id: 1})

    assert [(check.code, check.status, check.product_ids) for check in checks] == [
        ("goods_ready", "ok", ()),
        ("price_missing", "warn", (unpriced.product.id,)),
        ("stock_gone", "warn", (gone.product.id,)),
    ]


def test_empty_shelf_is_said_and_stops_nobody() -> None:
    checks = rules.shelf_checks([], {})

    assert said(checks) == {"shelf_empty": "warn"}
    assert Preflight(tuple(checks)).ready


@pytest.mark.parametrize(
    ("answer", "code", "ready"),
    [
        (None, "disclosures_unanswered", False),
        ((), "disclosures_none", True),
        ((Disclosure.DUBBED_VOICE,), "disclosures_said", True),
    ],
)
def test_disclosures_have_to_be_answered(
    answer: tuple[Disclosure, ...] | None, code: str, ready: bool
) -> None:
    check = rules.disclosure_check(answer)

    assert (check.code, Preflight((check,)).ready) == (code, ready)


def test_websites_of_the_merchants_are_named() -> None:
    assert rules.frame_check([]).code == "frames_nowhere"
    assert rules.frame_check(["https://a.example"]).origins == ("https://a.example",)


def test_network_that_forbids_is_no_reason_not_to_go_live() -> None:
    forbidden = BrokenRule("platform_forbidden", True, {"platform": "X"})
    advised = BrokenRule("portrait_advised", False, {"platform": "Instagram"})

    checks = rules.destination_checks([[forbidden], [advised], []])

    assert [(check.area, check.code, check.params) for check in checks] == [
        (CheckArea.DESTINATIONS, "destinations_ready", {"count": 2}),
        (CheckArea.DESTINATIONS, "platform_forbidden", {"platform": "X"}),
        (CheckArea.DESTINATIONS, "portrait_advised", {"platform": "Instagram"}),
    ]
    assert Preflight(tuple(checks)).ready
    assert rules.destination_checks([]) == []
