"""How soon somebody who waits sees a picture. hls.js begins with the first whole segment: it
refuses a playlist that has only parts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import m3u8
import pytest

from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]


def lengths(text: str) -> list[float]:
    return [segment.duration for segment in m3u8.loads(text).segments if segment.duration]


async def test_first_segment_ends_at_the_next_key_frame(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("brisk"))

    assert lengths(await streaming.until(2))[:3] == pytest.approx([1, 2, 2], abs=0.05)


async def test_so_does_the_first_one_after_going_live(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", "scheduled")
    host = await publish()
    await host.play([tag for tag in tags("brisk") if tag.time < 3300])
    await streaming.opened("/live/show_a/index.m3u8?preview=team")
    await streaming.playlist(query="?preview=team&_HLS_msn=1")
    web.shows["show_a"]["state"] = "live"
    await streaming.internal("PUT", "/shows/show_a", {"state": "live"})

    viewer = await streaming.asked("/live/show_a/media.m3u8")
    await host.play([tag for tag in tags("brisk") if 3300 <= tag.time < 4900])
    await host.until_read()
    await host.play([tag for tag in tags("brisk") if tag.time >= 4900])

    # Whoever was answered before the key frame would have no whole segment.
    assert lengths((await viewer).text())[0] == pytest.approx(1, abs=0.05)
