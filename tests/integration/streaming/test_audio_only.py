"""A show without its picture: the same timeline for viewers with next to no network."""

from __future__ import annotations

import io
import itertools
from collections.abc import Awaitable, Callable

import av
import m3u8
import pytest

from showfloor.streaming.packaging import audio_only
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag
from tests.integration.streaming.test_viewers import after, before

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]
SHOW = "/live/show_a"
AUDIO = f"{SHOW}/audio.m3u8"


def sound(media: bytes) -> list[tuple[int, bytes]]:
    """The packets of the sound: presentation time and bytes."""
    with av.open(io.BytesIO(media)) as container:
        return [
            (packet.pts, bytes(packet))
            for packet in container.demux(audio=0)
            if packet.size and packet.pts is not None
        ]


async def fetched(streaming: Streaming, segment: m3u8.Segment) -> bytes:
    init = await streaming.get(f"{SHOW}/{segment.init_section.uri}")
    media = await streaming.get(f"{SHOW}/{segment.uri}")
    assert (init.status, media.status) == (200, 200)
    return init.body + media.body


async def test_sound_alone_is_the_sound_of_the_show_at_the_same_moments(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    whole = m3u8.loads(await streaming.until(2))
    alone = m3u8.loads((await streaming.get(f"{AUDIO}?_HLS_msn=2")).text())

    complete = [[segment for segment in each.segments if segment.uri] for each in (whole, alone)]
    pairs = list(zip(*complete, strict=False))
    assert len(pairs) >= 3
    for with_picture, without in pairs:
        assert without.uri == f"audio-{with_picture.uri}"
        assert without.program_date_time == with_picture.program_date_time
        assert without.duration == with_picture.duration
        media = await fetched(streaming, without)
        assert sound(media) == sound(await fetched(streaming, with_picture))
        with av.open(io.BytesIO(media)) as container:
            assert [stream.type for stream in container.streams] == ["audio"]
            assert sum(frame.samples for frame in container.decode(audio=0)) > 0
    assert alone.media_sequence == whole.media_sequence
    assert alone.target_duration == whole.target_duration


async def test_sound_alone_costs_little_more_than_its_packets(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(2)
    alone = m3u8.loads((await streaming.get(f"{AUDIO}?_HLS_msn=2")).text())

    media = await streaming.get(f"{SHOW}/{alone.segments[1].uri}")

    packets = sound(await fetched(streaming, alone.segments[1]))
    # 16 bytes describe a packet (a line of `trun`), some hundred the fragment.
    assert len(media.body) <= sum(len(data) for _, data in packets) + 16 * len(packets) + 300


async def test_blocking_reload_waits_for_the_whole_segment(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(before(tags("plain"), 4300))
    await streaming.until(1)
    waiting = await streaming.asked(f"{AUDIO}?_HLS_msn=2")

    await host.play(after(tags("plain"), 4300))

    assert "\naudio-2.m4s" in (await waiting).text()


async def test_multivariant_playlist_offers_the_sound_behind_the_picture(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(2)

    both = m3u8.loads((await streaming.get(f"{SHOW}/index.m3u8")).text()).playlists

    assert [each.uri for each in both] == ["media.m3u8", "audio.m3u8"]
    assert both[1].stream_info.codecs == "mp4a.40.2"
    assert both[1].stream_info.resolution is None
    assert both[1].stream_info.bandwidth < both[0].stream_info.bandwidth


async def test_show_without_sound_has_none_alone(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("mute"))
    await streaming.until(1)

    assert (await streaming.get(AUDIO)).status == 404
    assert (await streaming.get(f"{SHOW}/audio-1.m4s")).status == 404
    assert "audio" not in (await streaming.get(f"{SHOW}/index.m3u8")).text()


async def test_sound_of_a_preview_is_for_the_team_alone(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", "scheduled")
    host = await publish()
    await host.play(before(tags("plain"), 4300))

    alone = (await streaming.opened(f"{AUDIO}?preview=team")).text()

    first = next(segment for segment in m3u8.loads(alone).segments if segment.uri)
    assert first.uri == "audio-0.m4s?preview=team"
    assert (await streaming.get(f"{SHOW}/{first.uri}")).status == 200
    init = first.init_section.uri.partition("?")[0]
    for path in ("audio.m3u8", "audio.m3u8?preview=guess", "audio-0.m4s", init):
        assert (await streaming.get(f"{SHOW}/{path}")).status == 404


@pytest.mark.parametrize(
    "file",
    ["audio-.m4s", "audio-1.0.m4s", "audio-index.m3u8", "audio-x.m4s", "audio-audio-1.m4s"],
)
async def test_address_of_no_sound_is_404(
    file: str, streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(1)

    assert (await streaming.get(f"{SHOW}/{file}")).status == 404


async def test_hole_in_the_sound_is_filled_with_silence(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    quiet = [tag for tag in tags("plain") if tag.kind != 8 or not 2600 <= tag.time < 3200]
    await host.play(quiet)
    whole = m3u8.loads(await streaming.until(1)).segments[1]
    alone = m3u8.loads((await streaming.get(f"{AUDIO}?_HLS_msn=1")).text()).segments[1]

    filled = await fetched(streaming, alone)

    assert sound(filled) == sound(await fetched(streaming, whole))
    times = [time for time, _ in sound(filled)]
    assert max(later - time for time, later in itertools.pairwise(times)) < 2 * 1024


@pytest.mark.parametrize("data", [b"", b"x", bytes(8), b"\0\0\0\x08moof", b"\0\0\xff\xffmdat"])
def test_bytes_without_sound_give_none(data: bytes) -> None:
    assert audio_only.segment([data]) is None
    assert audio_only.init_segment(data) is None
