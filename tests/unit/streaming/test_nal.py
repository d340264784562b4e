"""What stands in a packet: NAL units, where pictures begin, parameter sets, ADTS frames."""

from __future__ import annotations

import pytest

from showfloor.streaming.codecs import aac, h264, nal
from showfloor.streaming.codecs.bits import Bits, unescape

SIZES = [1, 2, 4]
SPS_360P = bytes.fromhex("6742c01eda0280bfe5c0440000030004000003000c83c58b9200")
PPS = bytes.fromhex("68ce3c80")


def unit(body: bytes, size: int = 4) -> bytes:
    return len(body).to_bytes(size, "big") + body


def bits(text: str) -> bytes:
    """Bytes of these bits, filled up with zeros."""
    text = text.replace(" ", "")
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def split(data: bytes, size: int = 4) -> list[bytes] | None:
    found = nal.split(memoryview(data), size)
    return None if found is None else [bytes(one) for one in found]


@pytest.mark.parametrize("size", SIZES)
def test_units_of_a_packet_come_apart(size: int) -> None:
    one, two = unit(b"\x65one", size), unit(b"\x41two", size)

    assert split(one + two, size) == [one, two]


@pytest.mark.parametrize("size", SIZES)
def test_empty_units_and_zeros_behind_are_left_out(size: int) -> None:
    one = unit(b"\x65one", size)

    assert split(bytes(size) + one + bytes(size), size) == [one]
    assert split(one + bytes(size - 1), size) == [one]
    assert split(bytes(3 * size), size) == []


@pytest.mark.parametrize(
    "data",
    [
        unit(b"\x65one")[:-1],
        b"\0\0\0\x09\x65one",
        unit(b"\x65one") + b"\x01",
        b"\0\0\0\1\x65one\0\0\0\1\x41two",
        b"\xff\xff\xff\xff",
    ],
    ids=["torn", "too long", "rest", "start codes", "endless"],
)
def test_lengths_that_do_not_add_up_are_no_packet(data: bytes) -> None:
    assert split(data) is None


@pytest.mark.parametrize(
    ("header", "slice_", "follows"),
    [
        (0x65, True, True),
        (0x41, True, True),
        (0x01, True, True),
        (0x06, False, True),
        (0x09, False, True),
        (0x67, False, True),
        (0x68, False, True),
        (0x0A, False, False),
        (0x0B, False, False),
        (0x0C, False, False),
    ],
    ids=["idr", "p", "b", "sei", "delimiter", "sps", "pps", "end", "end of stream", "filler"],
)
def test_what_a_unit_is_part_of(header: int, slice_: bool, follows: bool) -> None:
    kind = nal.kind(memoryview(unit(bytes([header, 0x88]))), 4)

    assert (nal.is_slice(kind), nal.belongs_to_next(kind)) == (slice_, follows)


@pytest.mark.parametrize(
    ("first", "begins"), [(b"\x88", True), (b"\x80", True), (b"\x40", False), (b"", False)]
)
def test_picture_begins_with_its_first_macroblock(first: bytes, begins: bool) -> None:
    assert nal.begins_picture(memoryview(unit(b"\x41" + first)), 4) is begins


def slices(*headers: tuple[int, int]) -> list[memoryview]:
    """Slices of a NAL header and a slice type (H.264 table 7-6)."""
    found = []
    for header, kind in headers:
        code = bin(kind + 1)[2:]
        found.append(memoryview(unit(bytes([header]) + bits("1" + "0" * (len(code) - 1) + code))))
    return found


INTRA, INTER, ALL_INTRA = 2, 0, 7


@pytest.mark.parametrize(
    ("pictures", "claimed", "starts"),
    [
        ([(0x65, ALL_INTRA)], True, True),
        ([(0x65, ALL_INTRA)], False, True),
        ([(0x41, INTRA), (0x41, ALL_INTRA)], True, True),
        ([(0x41, INTRA)], False, False),
        ([(0x41, INTRA), (0x41, INTER)], True, False),
        ([(0x41, INTER)], True, False),
        ([], True, False),
    ],
    ids=["idr", "idr unclaimed", "intra", "intra unclaimed", "mixed", "p with the flag", "none"],
)
def test_decoding_starts_where_the_slices_say_so(
    pictures: list[tuple[int, int]], claimed: bool, starts: bool
) -> None:
    assert nal.can_start_decoding(slices(*pictures), 4, claimed=claimed) is starts


def test_slice_that_is_torn_is_not_intra() -> None:
    torn = memoryview(unit(b"\x41"))

    assert not nal.can_start_decoding([torn], 4, claimed=True)


def test_emulation_prevention_is_taken_out() -> None:
    assert unescape(b"\0\0\3\1\0\0\3\0\0\3") == b"\0\0\1\0\0\0\0"
    assert unescape(b"\0\3\0\0") == b"\0\3\0\0"


@pytest.mark.parametrize(
    ("text", "value"), [("1", 0), ("010", 1), ("011", 2), ("00100", 3), ("00111", 6)]
)
def test_exp_golomb_code(text: str, value: int) -> None:
    assert Bits(bits(text)).unsigned() == value


@pytest.mark.parametrize(
    ("text", "value"), [("1", 0), ("010", 1), ("011", -1), ("00100", 2), ("00101", -2)]
)
def test_signed_exp_golomb_code(text: str, value: int) -> None:
    assert Bits(bits(text)).signed() == value


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\0"])
def test_code_beyond_the_end_is_an_error(data: bytes) -> None:
    with pytest.raises(IndexError):
        Bits(data).unsigned()


def sps(
    profile: int = 66,
    *,
    chroma: str = "",
    order: str = "1 1",
    width: str = "000010100",  # 20 macroblocks
    height: str = "0001100",  # 12 of them
    frames: str = "1",
    crop: str = "0",
) -> bytes:
    """A sequence parameter set of 320 x 192 as bits (H.264 §7.3.2.1.1)."""
    body = f"1 {chroma} 1 {order} 1 0 {width} {height} {frames} 1 {crop} 0 1"
    return b"\x67" + bytes([profile, 0, 30]) + bits(body)


def size_of(data: bytes) -> tuple[int, int]:
    config = h264.build_config(data, PPS, 4)
    return config.width, config.height


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (sps(), (320, 192)),
        (sps(order="010 1 1 1 1"), (320, 192)),
        (sps(order="010 1 1 1 011 010 010"), (320, 192)),
        (sps(order="011"), (320, 192)),
        (sps(frames="0 1"), (320, 384)),
        (sps(crop="1 1 1 1 00101"), (320, 184)),
        (sps(crop="1 010 010 1 1"), (316, 192)),
        (sps(frames="0 1", crop="1 1 1 1 010"), (320, 380)),
        (sps(100, chroma="010 1 1 0 0"), (320, 192)),
        (sps(122, chroma="011 1 1 0 0", crop="1 010 1 1 010"), (318, 191)),
        (sps(244, chroma="00100 0 1 1 0 0", crop="1 010 1 1 1"), (319, 192)),
        (sps(100, chroma="010 1 1 0 1 00000000"), (320, 192)),
        (sps(100, chroma="010 1 1 0 1 1 000010001 0000000"), (320, 192)),
    ],
    ids=[
        "plain",
        "order of one kind",
        "order with a cycle",
        "order without",
        "fields",
        "cropped below",
        "cropped beside",
        "cropped fields",
        "high",
        "4:2:2",
        "4:4:4",
        "no lists",
        "lists",
    ],
)
def test_size_is_read_whatever_stands_before_it(data: bytes, size: tuple[int, int]) -> None:
    assert size_of(data) == size


def test_configuration_is_built_from_what_came_in_the_stream() -> None:
    config = h264.build_config(SPS_360P, PPS, 4)

    assert (config.width, config.height, config.codec) == (640, 360, "avc1.42c01e")
    assert (config.profile, config.level, config.length_size) == ("Constrained Baseline", "3.0", 4)
    assert h264.read_config(config.record) == config


@pytest.mark.parametrize("size", SIZES)
def test_length_of_the_lengths_is_kept(size: int) -> None:
    assert h264.build_config(SPS_360P, PPS, size).length_size == size


def test_lengths_of_three_bytes_are_refused() -> None:
    with pytest.raises(h264.ConfigError, match="three bytes"):
        h264.build_config(SPS_360P, PPS, 3)


@pytest.mark.parametrize(
    ("profile", "chroma", "name", "playable"),
    [
        (66, "", "Baseline", True),
        (77, "", "Main", True),
        (100, "010 1 1 0 0", "High", True),
        (88, "", "Extended", False),
        (110, "010 1 1 0 0", "High 10", False),
        (122, "011 1 1 0 0", "High 4:2:2", False),
        (244, "00100 0 1 1 0 0", "High 4:4:4", False),
        (99, "", "99", False),
    ],
)
def test_profiles_that_not_all_browsers_play_are_known(
    profile: int, chroma: str, name: str, playable: bool
) -> None:
    config = h264.build_config(sps(profile, chroma=chroma), PPS, 4)

    assert (config.profile, config.is_widely_playable) == (name, playable)


def test_pictures_that_may_be_fields_are_known() -> None:
    assert h264.build_config(sps(frames="0 1"), PPS, 4).fields
    assert not h264.build_config(sps(), PPS, 4).fields


def test_picture_that_no_screen_shows_is_refused() -> None:
    huge = sps(width="0" * 14 + "1" + "0" * 14)

    with pytest.raises(h264.ConfigError, match="picture of"):
        h264.build_config(huge, PPS, 4)


def adts(payload: bytes, *, checksum: bool = False, channels: int = 2) -> bytes:
    """An AAC-LC frame at 48 kHz with its header (14496-3 §1.A.2)."""
    head = 9 if checksum else 7
    size = head + len(payload)
    header = bytes(
        [
            0xFF,
            0xF0 if checksum else 0xF1,
            1 << 6 | 3 << 2 | channels >> 2,
            (channels & 3) << 6 | size >> 11,
            size >> 3 & 0xFF,
            (size & 7) << 5 | 0x1F,
            0xFC,
        ]
    )
    return header + bytes(head - 7) + payload


@pytest.mark.parametrize("checksum", [False, True])
def test_adts_frames_come_apart_without_their_headers(checksum: bool) -> None:
    packet = adts(b"one", checksum=checksum) + adts(b"three", checksum=checksum)

    frames = aac.split_adts(memoryview(packet))

    assert [bytes(aac.without_adts(frame)) for frame in frames] == [b"one", b"three"]


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_header_stands_for_a_configuration(channels: int) -> None:
    (frame,) = aac.split_adts(memoryview(adts(b"sound", channels=channels)))

    config = aac.read_config(aac.adts_config(frame))

    assert (config.codec, config.rate, config.channels) == ("mp4a.40.2", 48000, channels)


@pytest.mark.parametrize(
    "packet",
    [
        b"\x21\x10\x04\x60\x8c\x1c",
        adts(b"one")[:-1],
        adts(b"one") + b"\xff",
        adts(b""),
        b"\xff\xf1",
        b"",
    ],
    ids=["raw", "torn", "rest", "nothing inside", "torn header", "empty"],
)
def test_what_is_no_adts_is_taken_as_raw(packet: bytes) -> None:
    assert aac.split_adts(memoryview(packet)) == []
