"""When a key frame is asked for, and what is shown after a loss."""

from __future__ import annotations

import pytest

from showfloor.rtc.keyframes import KeyFrames, is_key

KEY = b"\0\0\0\1\x67sps\0\0\0\1\x68pps\0\0\0\1\x65slice"
DELTA = b"\0\0\0\1\x61slice"


@pytest.mark.parametrize(
    ("picture", "key"),
    [(KEY, True), (DELTA, False), (b"", False), (b"\0\0\0\1", False), (b"\0\0\0\1\x67sps", False)],
)
def test_key_frame_is_what_its_slices_are(picture: bytes, key: bool) -> None:
    assert is_key(picture) is key


def test_join_asks_at_once_and_not_again_at_every_packet() -> None:
    keys = KeyFrames()

    assert keys.is_urgent(0.0)
    assert not keys.is_urgent(0.1)
    assert keys.is_urgent(0.5)


def test_key_frame_is_due_before_two_seconds_are_over() -> None:
    keys = KeyFrames()
    keys.lets_through(KEY, 0.0, after_loss=False)

    assert not keys.is_due(1.6)
    assert keys.is_due(1.8)
    assert not keys.is_due(1.9)


def test_encoder_that_sends_key_frames_itself_is_never_asked() -> None:
    keys = KeyFrames()
    for second in range(10):
        keys.lets_through(KEY, float(second), after_loss=False)
        assert not keys.is_due(second + 0.99)
        assert not keys.is_urgent(second + 0.99)


def test_after_a_loss_nothing_is_shown_until_a_key_frame() -> None:
    keys = KeyFrames()
    keys.lets_through(KEY, 0.0, after_loss=False)

    shown = [keys.lets_through(DELTA, 0.5, after_loss=True)]
    asked = keys.is_urgent(0.5)
    shown += [keys.lets_through(DELTA, 0.6, after_loss=False)]
    shown += [keys.lets_through(KEY, 0.7, after_loss=False)]
    shown += [keys.lets_through(DELTA, 0.8, after_loss=False)]

    assert shown == [False, False, True, True]
    assert asked
    assert not keys.is_urgent(1.5)


def test_encoder_that_never_listens_is_shown_as_it_is() -> None:
    keys = KeyFrames()
    keys.lets_through(KEY, 0.0, after_loss=False)
    keys.lets_through(DELTA, 3.0, after_loss=True)

    assert not keys.lets_through(DELTA, 3.9, after_loss=False)
    assert keys.lets_through(DELTA, 4.1, after_loss=False)


def test_before_the_first_key_frame_everything_goes_on() -> None:
    # `streaming` waits for it, and says to the host that no picture arrives.
    assert KeyFrames().lets_through(DELTA, 0.0, after_loss=True)
