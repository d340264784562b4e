"""How loud sound is: a tone of known level, silence, a cut-off tone, and bytes that are none."""

from __future__ import annotations

import asyncio
import io
import math
from array import array
from fractions import Fraction

import av
import pytest

from showfloor.kit.contract import SoundMeasure
from showfloor.streaming.sound import meter
from showfloor.streaming.sound.loudness import measure

RATE = 48_000


def tone(dbfs: float, seconds: float = 3.0, most: float = 1.0) -> bytes:
    """1 kHz on both channels, its peak at `dbfs`, cut off at `most`; as fragmented MP4."""
    made = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    level = 10 ** (dbfs / 20)
    with av.open(made, "w", format="mp4", options=options) as container:
        stream = container.add_stream("aac", rate=RATE, layout="stereo")
        for number in range(round(seconds * RATE / 1024)):
            wave = [
                max(-most, min(most, level * math.sin(math.tau * 1000 * n / RATE)))
                for n in range(number * 1024, number * 1024 + 1024)
            ]
            frame = av.AudioFrame("fltp", "stereo", 1024)
            frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
            frame.pts = number * 1024
            for plane in frame.planes:
                plane.update(array("f", wave).tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made.getvalue()


def test_tone_is_as_loud_as_the_standard_says() -> None:
    # BS.1770: 1 kHz on two channels at -20 dBFS peak is -20 LUFS.
    found = measure(tone(-20.0))

    assert found.seconds == pytest.approx(3.0, abs=0.1)
    assert found.loudness == pytest.approx(-20.0, abs=0.5)
    assert found.peak == pytest.approx(-20.0, abs=1.5)


def test_silence_has_no_loudness() -> None:
    found = measure(tone(-200.0))

    assert found.seconds > 2 and found.loudness is None


def test_tone_that_the_camera_cut_off_peaks_above_full_scale() -> None:
    found = measure(tone(9.0))

    assert found.peak is not None and found.peak >= 0


@pytest.mark.parametrize("cut", [0, 8, 300, 900])
def test_torn_sound_is_measured_as_far_as_it_goes(cut: int) -> None:
    whole = tone(-20.0, seconds=1.0)

    found = measure(whole[: len(whole) * cut // 1000])

    assert 0 <= found.seconds <= 1.1


def test_hostile_bytes_are_no_sound() -> None:
    assert measure(b"\0\0\0\x18ftypiso6" + bytes(5000)) == SoundMeasure(0.0, None, None)


async def test_the_same_sound_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def count(media: bytes) -> SoundMeasure:
        asked.append(media)
        return SoundMeasure(1.0, -16.0, -1.0)

    monkeypatch.setattr(meter, "_measure", count)
    sounds = meter.SoundMeter()

    await asyncio.gather(*(sounds.measure("show_a", 7, b"seven") for _ in range(3)))
    await sounds.measure("show_b", 7, b"other")
    await sounds.measure("show_a", 8, b"eight")

    assert asked == [b"seven", b"other", b"eight"]
