"""A camera whose every frame says when it was made: 32 cells of black and white along the top are
the clock's milliseconds.

    python -m bench.barcode WIDTH HEIGHT FPS

writes raw yuv420p frames to standard output, in real time.

The clock is stamped before the encoder, so what a viewer reads back from the picture is the whole
delay, glass to glass. When its reader goes away it prints to standard error how late its frames
were, in milliseconds, p95 and worst: an encoder that is slower than real time holds the camera up,
and what a viewer then sees says nothing about the server.
"""

from __future__ import annotations

import sys
import time

CELLS = 32
STRIP = 32
"""Pixels from the top that carry the code."""
BLACK, WHITE, GREY = 16, 235, 110


def frame(width: int, height: int, stamp: int, number: int) -> bytes:
    """One yuv420p picture: the code, and a bar that moves, so that the encoder has work."""
    cell = width // CELLS
    row = b"".join(
        bytes([WHITE if stamp >> (CELLS - 1 - place) & 1 else BLACK]) * cell
        for place in range(CELLS)
    )
    row = row.ljust(width, bytes([BLACK]))
    at = number * 8 % width
    moving = (bytes([GREY]) * width)[:at] + bytes([WHITE]) * min(24, width - at)
    picture = row * STRIP + moving.ljust(width, bytes([GREY]))[:width] * (height - STRIP)
    return picture + bytes([128]) * (width * height // 2)


def read(luma: bytes, width: int) -> int:
    """The stamp in one line of grey values."""
    cell = width // CELLS
    value = 0
    for place in range(CELLS):
        value = value << 1 | (luma[place * cell + cell // 2] > 128)
    return value


def main() -> None:
    width, height, fps = (int(argument) for argument in sys.argv[1:4])
    started = time.monotonic()
    number = 0
    late = list[float]()
    while True:
        due = started + number / fps
        if (wait := due - time.monotonic()) > 0:
            time.sleep(wait)
        late.append((time.monotonic() - due) * 1000)
        stamp = int(time.time() * 1000) & 0xFFFFFFFF
        try:
            sys.stdout.buffer.write(frame(width, height, stamp, number))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            sys.stderr.write(f"{sorted(late)[int(len(late) * 0.95)]:.0f} {max(late):.0f}")
            return
        number += 1


if __name__ == "__main__":
    main()
