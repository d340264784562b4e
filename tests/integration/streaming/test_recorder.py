"""What is on disk, and that a disk in trouble does not touch the live show."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable

import av

from showfloor.streaming.recording.recorder import read_back
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag
from tests.waiting import until

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]


async def test_segments_init_and_index_are_on_disk_and_play(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    lines = await streaming.recorded(3)
    folder = streaming.data_dir / "recordings" / "show_a"
    complete = [line for line in lines if "msn" in line]

    whole = b"".join((folder / f"{line['msn']}.m4s").read_bytes() for line in complete)
    with av.open(io.BytesIO((folder / complete[0]["init"]).read_bytes() + whole)) as container:
        pictures = sum(1 for _ in container.decode(video=0))

    assert pictures == 240
    assert [line["duration"] for line in complete] == [2000] * 4
    assert complete[0]["size"] == [320, 180]
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


async def test_a_preview_is_marked(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.allow("key-a", "show_a", "scheduled")
    host = await publish()
    await host.play(tags("plain"))

    assert all(line["preview"] for line in await streaming.recorded(2) if "msn" in line)


async def test_a_broken_disk_does_not_stop_the_show(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    (streaming.data_dir / "recordings").write_text("a file stands where the folder should be")
    host = await publish()
    await host.play(tags("plain"))

    assert "\n3.m4s" in await streaming.until(3)
    # The recorder writes, and says so, in a thread of its own.
    lost = "recording is losing segments"
    await until(lambda: lost in streaming.log.read_text())
    assert streaming.log.read_text().count(lost) == 1


async def test_a_full_disk_in_mid_show_does_not_stop_it_and_is_noticed_once(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    sent = tags("plain")
    await host.play([tag for tag in sent if tag.time < 4300])
    await streaming.recorded(1)
    folder = streaming.data_dir / "recordings" / "show_a"
    for msn in (2, 3):
        (folder / f".{msn}.m4s.part").mkdir()

    await host.play([tag for tag in sent if tag.time >= 4300])

    assert "\n3.m4s" in await streaming.until(3)
    await host.stop()
    lines = await streaming.recorded(4)
    assert [line["msn"] for line in lines if "msn" in line] == [0, 1, 4]


async def test_an_index_torn_by_a_crash_is_read_as_far_as_it_goes(
    streaming: Streaming, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.recorded(3)
    await streaming.stop()
    folder = streaming.data_dir / "recordings" / "show_a"
    with (folder / "index.jsonl").open("a") as index:
        index.write('{"open":5,"start":1.0,"ing')

    recorded = read_back(folder, 3, 1 << 20)

    assert recorded is not None
    assert recorded.next_msn == 5
    assert [segment.msn for segment, _ in recorded.segments] == [2, 3, 4]
    assert not recorded.ended


async def test_an_ended_show_says_so(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.recorded(3)
    await streaming.internal("PUT", "/shows/show_a", {"state": "ended"})
    await host.closed_by_server()
    await streaming.stop()

    index = (streaming.data_dir / "recordings" / "show_a" / "index.jsonl").read_text().splitlines()
    assert json.loads(index[-1]) == {"ended": True}
