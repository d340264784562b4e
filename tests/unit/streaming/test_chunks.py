"""The chunk stream, in every form that encoders use."""

from __future__ import annotations

import pytest

from showfloor.streaming.rtmp import chunks, messages
from showfloor.streaming.rtmp.chunks import ChunkError, ChunkReader, Message

BODY = bytes(range(256)) * 4


def header(form: int, field: int, size: int = 0, kind: int = 9, *, stream: int = 6) -> bytes:
    """A chunk header as a publisher would write it."""
    head = bytes([form << 6 | stream])
    if form < 3:
        head += min(field, 0xFFFFFF).to_bytes(3, "big")
    if form < 2:
        head += size.to_bytes(3, "big") + bytes([kind])
    if form == 0:
        head += (1).to_bytes(4, "little")
    return head + (field.to_bytes(4, "big") if field >= 0xFFFFFF else b"")


def set_chunk_size(size: int) -> bytes:
    return chunks.write(2, chunks.SET_CHUNK_SIZE, 0, size.to_bytes(4, "big"))


@pytest.mark.parametrize("timestamp", [0, 1234, 0xFFFFFE, 0xFFFFFF, 0x1000000, 0xFFFFFFFF])
@pytest.mark.parametrize("chunk_size", [1, 128, 4096])
def test_a_written_message_is_read_back(timestamp: int, chunk_size: int) -> None:
    reader = ChunkReader(1 << 16)
    data = set_chunk_size(chunk_size) + chunks.write(
        6, 9, 1, BODY, timestamp=timestamp, chunk_size=chunk_size
    )

    assert list(reader.feed(data)) == [Message(9, 1, timestamp, BODY)]


def test_it_does_not_matter_where_the_bytes_are_torn() -> None:
    data = b"".join(
        chunks.write(6, 9, 1, BODY, timestamp=0x1000000 + number) for number in range(3)
    )
    expected = list(ChunkReader(1 << 16).feed(data))

    for step in (1, 2, 3, 7, 130):
        reader = ChunkReader(1 << 16)
        found = [
            message
            for at in range(0, len(data), step)
            for message in reader.feed(data[at : at + step])
        ]
        assert found == expected


def test_two_messages_may_interleave() -> None:
    reader = ChunkReader(1 << 16)
    data = header(0, 10, 200) + BODY[:128] + header(0, 11, 130, 8, stream=4) + BODY[:128]
    data += header(3, 0) + BODY[128:200] + header(3, 0, stream=4) + BODY[128:130]

    assert list(reader.feed(data)) == [Message(9, 1, 10, BODY[:200]), Message(8, 1, 11, BODY[:130])]


def test_deltas_add_up_in_every_form() -> None:
    reader = ChunkReader(1 << 16)
    data = (
        header(0, 100, 1)
        + b"a"
        + header(1, 33, 1)
        + b"b"
        + header(2, 34)
        + b"c"
        + header(3, 0)
        + b"d"
    )

    assert [message.timestamp for message in reader.feed(data)] == [100, 133, 167, 201]


def test_type_3_after_type_0_repeats_its_timestamp_as_delta() -> None:
    reader = ChunkReader(1 << 16)

    assert [
        message.timestamp for message in reader.feed(header(0, 33, 1) + b"a" + header(3, 0) + b"b")
    ] == [33, 66]


def test_type_3_repeats_an_extended_timestamp() -> None:
    reader = ChunkReader(1 << 16)
    late = 0x1000010
    data = (
        header(0, late, 200) + BODY[:128] + header(3, 0) + late.to_bytes(4, "big") + BODY[128:200]
    )

    assert list(reader.feed(data)) == [Message(9, 1, late, BODY[:200])]


def test_type_3_may_leave_the_extended_timestamp_out() -> None:
    reader = ChunkReader(1 << 16)
    late = 0x1000010
    data = header(0, late, 200) + BODY[:128] + header(3, 0) + BODY[128:200]

    assert list(reader.feed(data)) == [Message(9, 1, late, BODY[:200])]


def test_timestamps_wrap_at_32_bits() -> None:
    reader = ChunkReader(1 << 16)
    data = header(0, 0xFFFFFFF0, 1) + b"a" + header(1, 0x20, 1) + b"b"

    assert [message.timestamp for message in reader.feed(data)] == [0xFFFFFFF0, 0x10]


@pytest.mark.parametrize("number", [2, 63, 64, 319, 320, 65_599])
def test_chunk_stream_ids_have_three_sizes(number: int) -> None:
    if number < 64:
        basic = bytes([number])
    elif number < 320:
        basic = bytes([0, number - 64])
    else:
        basic = bytes([1, (number - 64) & 255, (number - 64) >> 8])
    reader = ChunkReader(1 << 16)
    data = basic + header(0, 5, 3)[1:] + b"abc"

    assert [message for byte in data for message in reader.feed(bytes([byte]))] == [
        Message(9, 1, 5, b"abc")
    ]


def test_a_chunk_size_changes_between_chunks() -> None:
    reader = ChunkReader(1 << 16)
    data = header(0, 1, 300) + BODY[:128] + set_chunk_size(500) + header(3, 0) + BODY[128:300]

    assert list(reader.feed(data)) == [Message(9, 1, 1, BODY[:300])]


def test_abort_drops_the_unfinished_message() -> None:
    reader = ChunkReader(1 << 16)
    abort = chunks.write(2, chunks.ABORT, 0, (6).to_bytes(4, "big"))
    data = header(0, 1, 300) + BODY[:128] + abort + header(0, 2, 3) + b"new"

    assert list(reader.feed(data)) == [Message(9, 1, 2, b"new")]


def test_an_empty_message_is_a_message() -> None:
    reader = ChunkReader(1 << 16)
    found = [*reader.feed(header(0, 1, 0)), *reader.feed(header(0, 2, 1) + b"x")]

    assert [message.payload for message in found] == [b"", b"x"]


def test_a_repeated_full_header_continues_its_message() -> None:
    reader = ChunkReader(1 << 16)

    assert list(
        reader.feed(header(0, 1, 200) + BODY[:128] + header(0, 1, 200) + BODY[128:200])
    ) == [Message(9, 1, 1, BODY[:200])]


@pytest.mark.parametrize(
    "data",
    [
        header(3, 0),
        header(2, 0),
        header(0, 1, 0xFFFFFF),
        header(0, 1, 300) + BODY[:128] + header(0, 1, 299),
        set_chunk_size(0),
        chunks.write(2, chunks.SET_CHUNK_SIZE, 0, b""),
        b"".join(b"\0" + bytes([number]) + header(0, 1, 1)[1:] + b"x" for number in range(65)),
    ],
    ids=[
        "no header",
        "delta first",
        "too large",
        "another inside",
        "size 0",
        "no size",
        "too many streams",
    ],
)
def test_what_breaks_the_format_is_a_chunk_error(data: bytes) -> None:
    with pytest.raises(ChunkError):
        list(ChunkReader(1 << 16).feed(data))


def test_unfinished_messages_are_bounded_together() -> None:
    reader = ChunkReader(1000)
    with pytest.raises(ChunkError, match="unfinished"):
        list(
            reader.feed(
                set_chunk_size(900)
                + b"".join(
                    header(0, 1, 1000, stream=3 + number) + bytes(900) for number in range(5)
                )
            )
        )


def test_messages_that_grow_side_by_side_are_bounded_by_what_they_announce() -> None:
    """Each begins with a few bytes, and all of them could go on to their full length."""
    reader = ChunkReader(1000)
    beginnings = [header(0, 1, 1000, stream=3 + number) + bytes(128) for number in range(3)]
    assert list(reader.feed(b"".join(beginnings[:2]))) == []

    with pytest.raises(ChunkError, match="unfinished"):
        list(reader.feed(beginnings[2]))


def test_message_that_ended_makes_room_for_the_next() -> None:
    reader = ChunkReader(1000)
    abort = chunks.write(2, chunks.ABORT, 0, (6).to_bytes(4, "big"))
    data = header(0, 1, 1000) + BODY[:128] + abort + chunks.write(6, 9, 1, BODY[:1000])

    assert len(list(reader.feed(data * 10))) == 10


def test_what_a_message_changes_holds_for_those_behind_it() -> None:
    reader = ChunkReader(100)
    found = reader.feed(
        set_chunk_size(1000)
        + chunks.write(3, messages.COMMAND, 1, b"publish")
        + header(0, 1, 900)
        + BODY[:900]
    )

    first = next(found)
    reader.media_limit = 1000

    assert [first.kind, *(message.kind for message in found)] == [messages.COMMAND, chunks.VIDEO]


@pytest.mark.parametrize(
    ("kind", "fits"),
    [
        (8, True),
        (9, True),
        (22, True),
        (15, False),
        (17, False),
        (18, False),
        (20, False),
        (4, False),
    ],
)
def test_only_media_may_be_large(kind: int, fits: bool) -> None:
    reader = ChunkReader(100)
    reader.media_limit = 1000
    data = set_chunk_size(1000) + header(0, 1, 900, kind) + BODY[:900]

    if fits:
        assert [message.kind for message in reader.feed(data)] == [kind]
    else:
        with pytest.raises(ChunkError, match="900 bytes"):
            list(reader.feed(data))


def test_an_aggregate_is_its_tags_on_the_clock_of_the_message() -> None:
    def tag(kind: int, time: int, body: bytes) -> bytes:
        head = (
            bytes([kind])
            + len(body).to_bytes(3, "big")
            + (time & 0xFFFFFF).to_bytes(3, "big")
            + bytes([time >> 24, 0, 0, 0])
        )
        return head + body + (11 + len(body)).to_bytes(4, "big")

    whole = tag(9, 500, b"video") + tag(8, 520, b"sound") + tag(9, 533, b"more")
    message = Message(chunks.AGGREGATE, 1, 2000, whole)

    parts = messages.split_aggregate(message)

    assert [(part.kind, part.timestamp, part.payload) for part in parts] == [
        (9, 2000, b"video"),
        (8, 2020, b"sound"),
        (9, 2033, b"more"),
    ]
    assert messages.split_aggregate(message._replace(payload=whole[:-6])) == parts[:2]
    assert len(messages.split_aggregate(message._replace(payload=tag(8, 0, b"") * 100_000))) == 1000


def test_the_bytes_that_a_message_still_needs_are_counted_with_their_headers() -> None:
    reader = ChunkReader(1 << 20)
    written = chunks.write(6, chunks.VIDEO, 1, bytes(1000), chunk_size=128)
    left = range(len(written) - 100, 0, -100)

    for number, missing in enumerate(left):
        assert list(reader.feed(written[number * 100 : number * 100 + 100])) == []
        assert reader.missing == pytest.approx(missing, abs=1)
    assert len(list(reader.feed(written[len(left) * 100 :]))) == 1
    assert reader.missing == 0
