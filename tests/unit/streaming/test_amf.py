"""AMF0 values, whole and torn."""

from __future__ import annotations

import pytest

from showfloor.streaming.rtmp import amf


def test_values_come_back_as_they_went() -> None:
    values = [
        "publish",
        5.0,
        None,
        True,
        {"app": "live", "nested": {"x": 1.0}},
        ["a", 2.0],
        "ü" * 70_000,
    ]

    assert amf.decode(amf.encode(*values)) == values


def test_an_ecma_array_is_read_like_an_object() -> None:
    array = b"\x08\0\0\0\x01\0\x05width" + amf.encode(1920.0) + b"\0\0\x09"

    assert amf.decode(array) == [{"width": 1920.0}]


@pytest.mark.parametrize("marker", [b"\x05", b"\x06", b"\x07\0\x01", b"\x0d"])
def test_values_that_say_nothing_are_none(marker: bytes) -> None:
    assert amf.decode(marker) == [None]


def test_a_date_is_its_milliseconds() -> None:
    assert amf.decode(b"\x0b" + amf.encode(1000.0)[1:] + b"\0\0") == [1000.0]


def test_every_torn_message_is_an_amf_error() -> None:
    whole = amf.encode("connect", 1.0, {"app": "live", "list": [1.0, "x"]})

    for size in range(1, len(whole)):
        try:
            amf.decode(whole[:size])
        except amf.AmfError:
            continue
        assert size in (10, 19)  # between two values


@pytest.mark.parametrize(
    "data",
    [b"\x42", b"\x0a\xff\xff\xff\xff", b"\x0c\xff\xff\xff\xff", b"\x03\0\x01a" * 100],
    ids=["unknown marker", "endless array", "endless text", "endless depth"],
)
def test_a_lie_is_an_amf_error(data: bytes) -> None:
    with pytest.raises(amf.AmfError):
        amf.decode(data)


def test_what_has_no_amf_form_is_our_mistake() -> None:
    with pytest.raises(TypeError):
        amf.encode({1, 2})


def test_a_command_is_its_name_transaction_and_arguments() -> None:
    assert amf.decode_command(amf.encode("publish", 5.0, None, "key", "live")) == amf.Command(
        "publish", 5.0, [None, "key", "live"]
    )


@pytest.mark.parametrize(
    "tail",
    [b"\x11\x09", b"\x42", b"\x03\0\x04torn\x02\0\xffx", b"\x0a\xff\xff\xff\xff"],
    ids=["amf3", "unknown marker", "torn object", "endless array"],
)
def test_a_value_that_cannot_be_read_ends_the_arguments(tail: bytes) -> None:
    command = amf.decode_command(amf.encode("onStatistics", 7.0, None) + tail)

    assert command is not None
    assert (command.name, command.transaction, command.arguments[:1]) == (
        "onStatistics",
        7.0,
        [None],
    )


def test_the_members_before_one_that_cannot_be_read_are_kept() -> None:
    details = b"\x03\0\x03app" + amf.encode("live") + b"\0\x04odd \x11\x09\0\0\x09"

    command = amf.decode_command(amf.encode("connect", 1.0) + details)

    assert command == amf.Command("connect", 1.0, [{"app": "live"}])


@pytest.mark.parametrize("data", [b"", b"\x42", amf.encode(1.0, "x"), b"\x02\0\xffx"])
def test_what_has_no_name_is_no_command(data: bytes) -> None:
    assert amf.decode_command(data) is None
