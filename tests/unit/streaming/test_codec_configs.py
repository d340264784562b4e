"""Decoder configurations: what they say, and that torn ones are refused."""

from __future__ import annotations

import base64

import av
import pytest
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler

from showfloor.streaming.codecs import aac, h264
from showfloor.streaming.codecs.bits import Bits

# Written by x264.
HIGH_1080P = base64.b64decode("AWQAKP/hABtnZAAorNlAeAIn5cBEAAADAAQAAAMA8DxgxlgBAAZo6+PLIsD9+PgA")


def avcc(sps: bytes) -> bytes:
    return (
        bytes([1, *sps[1:4], 0xFF, 0xE1])
        + len(sps).to_bytes(2, "big")
        + sps
        + b"\x01\x00\x04\x68\xce\x3c\x80"
    )


def test_size_profile_and_level_of_a_1080p_stream() -> None:
    config = h264.read_config(HIGH_1080P)

    assert (config.width, config.height, config.profile, config.level, config.codec) == (
        1920,
        1080,
        "High",
        "4.0",
        "avc1.640028",
    )


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\0\0\0\x01\x67\x42\xc0",
        b"\x01\x64\x00\x28\xff\xe0\x00\x00",
        avcc(b"\x67\x64\x00\x28"),
        avcc(b"\x68\x64\x00\x28\xff"),
    ],
    ids=["empty", "Annex B", "no parameter set", "torn", "picture set instead"],
)
def test_what_is_no_avc_configuration_is_refused(record: bytes) -> None:
    with pytest.raises(h264.ConfigError):
        h264.read_config(record)


def test_parameter_set_that_is_cut_off_is_refused() -> None:
    extension = 4
    whole = len(HIGH_1080P) - extension
    assert h264.read_config(HIGH_1080P[:whole]).width == 1920

    for size in range(whole):
        with pytest.raises(h264.ConfigError):
            h264.read_config(HIGH_1080P[:size])


def test_configuration_may_leave_the_picture_set_to_the_stream() -> None:
    sps = HIGH_1080P[8 : 8 + 27]

    assert h264.read_config(HIGH_1080P[:35] + b"\0").width == 1920
    assert h264.build_config(sps, b"\x68\xeb\xe3\xcb", 4).width == 1920


def test_code_longer_than_any_value_is_no_code() -> None:
    """One that fills a parameter set of 64 KB took 25 seconds, in which nobody was served."""
    assert Bits(bytes(4) + b"\x80" + bytes(4)).unsigned() == 0xFFFFFFFF

    with pytest.raises(IndexError):
        Bits(bytes(5) + b"\x80" + bytes(5)).unsigned()
    with pytest.raises(h264.ConfigError):
        h264.read_config(avcc(b"\x67\x64\x00\x28" + b"\xff" * 20 + bytes(64_000)))


def test_no_torn_configuration_escapes_as_another_error() -> None:
    record = HIGH_1080P
    for size in range(len(record)):
        for damaged in (
            record[:size],
            record[:size] + b"\xff" * (len(record) - size),
            record[:size] + bytes(len(record) - size),
        ):
            try:
                h264.read_config(damaged)
            except h264.ConfigError:
                continue


@pytest.mark.parametrize(
    ("record", "codec", "rate", "output", "channels", "frame"),
    [
        ("1190", "mp4a.40.2", 48000, 48000, 2, 1024),
        ("1208", "mp4a.40.2", 44100, 44100, 1, 1024),
        ("1188", "mp4a.40.2", 48000, 48000, 1, 1024),
        ("119056e500", "mp4a.40.2", 48000, 48000, 2, 1024),
        ("2b118800", "mp4a.40.5", 24000, 48000, 2, 1024),
        ("eb09880000", "mp4a.40.29", 24000, 48000, 1, 1024),
        ("1194", "mp4a.40.2", 48000, 48000, 2, 960),
        ("1780bb8010", "mp4a.40.2", 96000, 96000, 2, 1024),
    ],
    ids=[
        "stereo",
        "mono 44.1",
        "mono",
        "HE-AAC implicit",
        "HE-AAC explicit",
        "HE-AAC v2",
        "960",
        "written rate",
    ],
)
def test_what_an_audio_configuration_says(
    record: str, codec: str, rate: int, output: int, channels: int, frame: int
) -> None:
    config = aac.read_config(bytes.fromhex(record))

    assert (config.codec, config.rate, config.output_rate, config.channels, config.frame) == (
        codec,
        rate,
        output,
        channels,
        frame,
    )


@pytest.mark.parametrize("record", ["", "11", "1780", "1180", "6990", "16ff"])
def test_what_is_no_audio_configuration_is_refused(record: str) -> None:
    with pytest.raises(aac.ConfigError):
        aac.read_config(bytes.fromhex(record))


@pytest.mark.parametrize("layout", [1, 2, 3, 4, 5, 6, 7, 11, 12, 14])
def test_silence_is_silent_in_every_layout(layout: int) -> None:
    record = (2 << 11 | 3 << 7 | layout << 3).to_bytes(2, "big")
    config = aac.read_config(record)
    decoder = AudioCodecContext.create("aac", "r")
    decoder.extradata = record
    packet = av.Packet(aac.silence(config))

    heard = [frame for _ in range(5) for frame in decoder.decode(packet)]
    # Into one plane: PyAV reads beyond those of eight channels.
    mixer = AudioResampler("s16", "stereo", 48_000)
    mixed = [bytes(each.planes[0]) for frame in heard for each in mixer.resample(frame)]

    assert {(frame.samples, frame.layout.nb_channels) for frame in heard} == {
        (1024, config.channels)
    }
    assert len(mixed) >= 4 and not any(map(any, mixed))


def test_silence_of_a_stereo_stream_is_seven_bytes() -> None:
    assert aac.silence(aac.read_config(bytes.fromhex("1190"))) == bytes.fromhex("2000000000000e")
