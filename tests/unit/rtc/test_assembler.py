"""Packets in the order of the network become frames in the camera's order."""

from __future__ import annotations

import random

from showfloor.rtc.assembler import Fragment, Frame, FrameAssembler

STEP = 3000


def packets(frames: int, pieces: int = 3, first: int = 65_530) -> list[tuple[int, Fragment]]:
    """Frames of so many packets; the sequence numbers wrap on the way."""
    return [
        (
            (first + frame * pieces + piece) % 65_536,
            Fragment(frame * STEP, piece == pieces - 1, b"%d.%d " % (frame, piece)),
        )
        for frame in range(frames)
        for piece in range(pieces)
    ]


def feed(assembler: FrameAssembler, arriving: list[tuple[int, Fragment]]) -> list[Frame]:
    """A packet every ten milliseconds."""
    return [
        frame
        for number, (sequence, fragment) in enumerate(arriving)
        for frame in assembler.add(sequence, fragment, number / 100)
    ]


def pictures(patience: float = 0.1) -> FrameAssembler:
    return FrameAssembler(patience=patience, pieces=True)


def test_frame_is_whole_with_its_last_packet() -> None:
    arriving = packets(4)

    frames = feed(pictures(), arriving)

    assert [frame.timestamp for frame in frames] == [0, STEP, 2 * STEP, 3 * STEP]
    assert frames[0].data == b"0.0 0.1 0.2 "
    assert not any(frame.after_loss for frame in frames)


def test_frame_without_a_marker_ends_with_the_next_one() -> None:
    arriving = [(sequence, part._replace(ends=False)) for sequence, part in packets(3)]

    assert [frame.timestamp for frame in feed(pictures(), arriving)] == [0, STEP]


def test_order_of_the_network_does_not_matter() -> None:
    dice = random.Random(4)
    arriving = packets(40)
    for at in range(1, len(arriving) - 4, 4):
        group = arriving[at : at + 4]
        dice.shuffle(group)
        arriving[at : at + 4] = group

    frames = feed(pictures(patience=9), arriving)

    assert frames == feed(pictures(), packets(40))


def test_packet_that_comes_twice_or_too_late_is_left_out() -> None:
    arriving = packets(3)

    frames = feed(pictures(), [*arriving[:5], *arriving[2:5], *arriving[5:], *arriving])

    assert len(frames) == 3


def test_lost_packet_costs_its_frame_and_the_next_one_is_marked() -> None:
    arriving = packets(20)
    assembler = pictures(patience=0.05)

    frames = feed(assembler, arriving[:4] + arriving[5:])

    # Of frame 1 the middle is missing.
    assert [frame.timestamp // STEP for frame in frames] == [0, *range(2, 20)]
    assert [frame.timestamp // STEP for frame in frames if frame.after_loss] == [2]
    assert assembler.lost == 1


def test_frame_whose_beginning_is_missing_is_not_taken_for_a_whole_one() -> None:
    arriving = packets(20)
    gap = arriving[:5] + arriving[7:]

    frames = feed(pictures(patience=0.05), gap)

    # The end of frame 1 and the beginning of frame 2 are missing.
    assert [frame.timestamp // STEP for frame in frames] == [0, *range(3, 20)]
    assert frames[1].after_loss


def test_retransmission_in_time_costs_nothing() -> None:
    arriving = packets(20)
    late = [*arriving[:4], *arriving[5:9], arriving[4], *arriving[9:]]

    frames = feed(pictures(patience=0.05), late)

    assert [frame.timestamp // STEP for frame in frames] == [*range(20)]
    assert not any(frame.after_loss for frame in frames)


def test_camera_that_starts_again_elsewhere_goes_on() -> None:
    assembler = pictures()
    feed(assembler, packets(5, first=100))

    frames = feed(assembler, packets(5, first=40_000))

    assert len(frames) == 5
    assert frames[0].after_loss


def test_endless_frame_is_given_up() -> None:
    assembler = pictures()
    big = [(number, Fragment(0, False, bytes(1 << 20))) for number in range(20)]
    after = [(20 + number, part) for number, (_, part) in enumerate(packets(3))]
    after = [(sequence, part._replace(timestamp=part.timestamp + 1)) for sequence, part in after]

    frames = feed(assembler, big + after)

    assert [frame.timestamp for frame in frames] == [1, STEP + 1, 2 * STEP + 1]
    assert frames[0].after_loss


def test_sound_has_one_packet_a_frame_and_loses_no_more_than_is_lost() -> None:
    arriving = packets(30, pieces=1)
    assembler = FrameAssembler(patience=0.05, pieces=False)

    frames = feed(assembler, arriving[:4] + arriving[6:])

    assert [frame.timestamp // STEP for frame in frames] == [*range(4), *range(6, 30)]
    assert assembler.lost == 2


def test_nothing_is_kept_of_what_came_long_ago() -> None:
    dice = random.Random(9)
    assembler = pictures()
    for number in range(20_000):
        fragment = Fragment(dice.randrange(1 << 32), dice.random() < 0.2, b"x")
        assembler.add(dice.randrange(65_536), fragment, number / 500)

    assert len(assembler._waiting) <= 2 * 2_048 + 1
