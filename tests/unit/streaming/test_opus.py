"""Opus that becomes AAC keeps its pitch, its length and its stamps."""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from itertools import pairwise

import av
from av.audio.codeccontext import AudioCodecContext

from showfloor.streaming.codecs import aac
from showfloor.streaming.sound.lane import CONFIG, OpusLane
from showfloor.streaming.sound.opus import OpusToAac
from showfloor.streaming.sound.types import Stamped
from tests.waiting import until

RATE = 48_000
PACKET = 20_000
"""Microseconds."""


def opus(packets: int, first: int = 0) -> list[Stamped]:
    """A tone of 440 Hz."""
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.time_base = Fraction(1, RATE)
    made: list[bytes] = []
    for number in range(packets + 1):
        samples = (
            round(9000 * math.sin(math.tau * 440 * (number * 960 + n) / RATE)) for n in range(960)
        )
        frame = av.AudioFrame("s16", "mono", 960)
        frame.sample_rate = RATE
        frame.planes[0].update(array("h", samples).tobytes())
        frame.pts = number * 960
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return [Stamped(first + number * PACKET, data) for number, data in enumerate(made[:packets])]


def decoded(converter: OpusToAac, sound: list[Stamped]) -> list[float]:
    """The left channel of what came out."""
    decoder = AudioCodecContext.create("aac", "r")
    decoder.extradata = converter.config
    samples: list[float] = []
    for packet in sound:
        for frame in decoder.decode(av.Packet(packet.payload)):
            samples += array("f", bytes(frame.planes[0]))[: frame.samples]
    return samples


def test_a_tone_keeps_its_pitch_and_its_length() -> None:
    converter = OpusToAac()

    sound = converter.convert(opus(100, first=7_000_000))

    assert converter.config == CONFIG
    config = aac.read_config(CONFIG)
    assert (config.codec, config.rate, config.channels) == ("mp4a.40.2", RATE, 2)
    samples = decoded(converter, sound)[RATE // 2 : RATE * 3 // 2]
    assert 435 <= sum(before < 0 <= after for before, after in pairwise(samples)) <= 445
    stamps = [packet.stamp for packet in sound]
    assert stamps[0] == 7_000_000 - 21_334  # 1,024 samples of the encoder's delay
    assert {later - earlier for earlier, later in pairwise(stamps)} <= {21_333, 21_334}
    assert 7_000_000 + 1_900_000 < stamps[-1] < 9_000_000


def test_a_hole_in_the_stamps_stays_a_hole() -> None:
    converter = OpusToAac()
    packets = opus(100)
    late = [Stamped(packet.stamp + 500_000, packet.payload) for packet in packets[50:]]

    sound = converter.convert([*packets[:50], *late])

    steps = [later.stamp - earlier.stamp for earlier, later in pairwise(sound)]
    assert sum(step > 400_000 for step in steps) == 1
    assert abs(sum(steps) - 2_480_000) < 60_000


def test_packets_that_are_no_opus_are_left_out() -> None:
    converter = OpusToAac()
    packets = opus(60)
    packets[20] = Stamped(packets[20].stamp, b"")
    packets[30] = Stamped(packets[30].stamp, b"\xff" * 3)

    sound = converter.convert(packets)

    assert 50 < len(sound) < 60
    assert sound[-1].stamp > 1_100_000


async def test_lane_hands_on_in_order_and_nothing_after_its_end() -> None:
    stamps: list[int] = []
    lane = OpusLane(lambda stamp, sound: stamps.append(stamp))

    for packet in opus(50):
        lane.add(*packet)
    await until(lambda: len(stamps) > 40)
    lane.close()
    heard = len(stamps)
    for packet in opus(10, first=1_000_000):
        lane.add(*packet)
    await until(lambda: lane.is_idle)

    assert stamps == sorted(stamps)
    assert len(stamps) == heard
