"""Damaged RTMP and damaged media, from a fixed seed: no exception escapes, memory stays bounded,
the process lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path

from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.rtmp import amf, chunks, messages
from tests.integration.streaming.peers import FakeWeb, Streaming, Tag, until_read
from tests.unit.streaming.ends import Reel, ingest_into, send_audio, send_video
from tests.waiting import bounded

Tags = Callable[[str], list[Tag]]
ROUNDS = 60
"""Clips that are damaged: the same ones on every machine."""
CONVERSATIONS = 20
"""For each of four publishers."""
SEED = 20_261_123


def damage(data: bytes, dice: random.Random) -> bytes:
    """Flip, cut, repeat or insert bytes in a few places."""
    mutable = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        if not mutable:
            break
        at = dice.randrange(len(mutable))
        match dice.randrange(5):
            case 0:
                mutable[at] = dice.randrange(256)
            case 1:
                mutable[at] = dice.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del mutable[at : at + dice.randrange(1, 40)]
            case 3:
                mutable[at:at] = dice.randbytes(dice.randrange(1, 20))
            case _:
                mutable[at:at] = mutable[at : at + dice.randrange(1, 60)]
    return bytes(mutable)


def test_damaged_tags_never_raise(tags: Tags, tmp_path: Path) -> None:
    """The ingest is given tags in any order, damaged, with any timestamp."""
    config = StreamingConfig("http://127.0.0.1:1", "x", tmp_path)
    sources = [tags(name)[:150] for name in ("plain", "b_frames", "hevc", "mp3")]
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        reel = Reel()
        ingest = ingest_into(reel, config)
        for tag in dice.choice(sources):
            body = damage(tag.body, dice) if dice.random() < 0.2 else tag.body
            moment = dice.randrange(1 << 32) if dice.random() < 0.05 else tag.time
            send = send_video if (tag.kind == 9) != (dice.random() < 0.02) else send_audio
            send(ingest, moment, body)
        ingest.closed()
        assert all(
            0 < part.duration <= config.longest_part_ms
            for segment in reel.parts
            for part in segment
        )


async def test_damaged_connections_never_harm_the_process(
    streaming: Streaming, web: FakeWeb, tags: Tags
) -> None:
    """Whole conversations are damaged after they were written, sent in pieces, and cut off."""
    for number in range(4):
        web.allow(f"key-{number}", f"show_{number}")
    dice = random.Random(SEED)
    media = tags("plain")[:120]
    before = streaming.rss()
    for _ in range(CONVERSATIONS):
        await asyncio.gather(
            *(converse(streaming.rtmp_port, f"key-{number}", media, dice) for number in range(4))
        )

    assert streaming.process.returncode is None
    assert (await streaming.get("/healthz")).status == 200
    assert streaming.rss() - before < 150 << 20


async def converse(port: int, key: str, media: list[Tag], dice: random.Random) -> None:
    commands = chunks.write(3, messages.COMMAND, 0, amf.encode("connect", 1.0, {"app": "live"}))
    commands += chunks.write(3, messages.COMMAND, 1, amf.encode("publish", 5.0, None, key, "live"))
    body = b"".join(chunks.write(6, tag.kind, 1, tag.body, timestamp=tag.time) for tag in media)
    hello = b"\x03" + bytes(3072)
    # Mostly the media is damaged, so that many conversations get so far.
    match dice.randrange(6):
        case 0:
            hello = damage(hello, dice)
        case 1:
            commands = damage(commands, dice)
        case _:
            body = damage(body, dice)
    with contextlib.suppress(OSError):
        async with bounded():
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(hello + commands)
            await until_read(writer)
            writer.write(body[: dice.randrange(len(body))])
            await writer.drain()
            await until_read(writer)
        writer.transport.abort()
