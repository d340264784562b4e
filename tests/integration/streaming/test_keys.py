"""Who may publish, what the encoder hears when it may not, and that a key is never written down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.integration.streaming.peers import FakeWeb, Publisher, PublishRejected, Streaming, Tag

Publish = Callable[..., Awaitable[Publisher]]
Tags = Callable[[str], list[Tag]]


@pytest.mark.parametrize("code", ["stream_key_unknown", "stream_key_revoked", "show_ended"])
async def test_a_refused_key_says_why(
    code: str, streaming: Streaming, web: FakeWeb, publish: Publish
) -> None:
    web.refuse("key-b", code, "Copy the new key from the studio.")

    with pytest.raises(PublishRejected) as refusal:
        await publish("key-b")

    assert refusal.value.args == (
        "NetStream.Publish.BadName",
        f"{code}: Copy the new key from the studio.",
    )
    assert (await streaming.get("/live/show_b/media.m3u8")).status == 404


async def test_the_connection_of_a_refused_key_is_closed(
    web: FakeWeb, streaming: Streaming
) -> None:
    host = Publisher(streaming.rtmp_port, "nobody")
    with pytest.raises(PublishRejected):
        await host.connect()

    await host.closed_by_server()


@pytest.mark.parametrize(
    ("app", "name"),
    [
        ("live", "key-a"),
        ("live", "stage?key=key-a"),
        ("live?key=key-a", ""),
        ("live/room", "x/key-a"),
        ("live/key-a", ""),
    ],
)
async def test_a_key_is_found_where_encoders_put_it(
    app: str, name: str, web: FakeWeb, publish: Publish
) -> None:
    await publish(name, app=app)

    assert web.publishes == [{"stream_key": "key-a"}]


async def test_without_web_the_encoder_is_told_to_try_again(
    streaming: Streaming, web: FakeWeb, publish: Publish
) -> None:
    await web.stop()

    with pytest.raises(PublishRejected, match=r"NetStream\.Publish\.Failed"):
        await publish()


async def test_a_revoked_key_ends_the_connection(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    host = await publish()
    await host.play(tags("plain"))
    await streaming.until(1)
    web.shows["show_a"]["key_revoked"] = True

    await host.closed_by_server()

    await web.report(lambda ingest: ingest["state"] == "lost")


async def test_reports_name_the_key_of_the_publisher(web: FakeWeb, publish: Publish) -> None:
    await publish()

    assert (await web.report(lambda ingest: True))["key_id"] == "id-of-key-a"


async def test_a_late_word_about_the_publisher_before_does_not_end_the_next(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.shows["show_a"]["key_revoked"] = True
    web.hold.clear()
    first = await publish()
    await web.report(lambda ingest: True)
    second = await publish()
    web.shows["show_a"]["key_revoked"] = False
    web.hold.set()
    await first.closed_by_server()

    await second.play(tags("plain"))

    assert "\n3.m4s" in await streaming.until(3)


async def test_the_newest_publisher_with_a_key_wins(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    first = await publish()
    await first.play(tags("plain")[:330])
    await streaming.until(1)
    before = (await web.report(lambda ingest: ingest["state"] == "publishing"))["ingest_id"]

    second = await publish()
    await first.closed_by_server()
    await second.play(tags("plain"))

    text = await streaming.until(4)
    await web.report(
        lambda ingest: ingest["ingest_id"] != before and ingest["state"] == "publishing"
    )
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1


async def test_no_key_is_ever_written_down(
    streaming: Streaming, web: FakeWeb, publish: Publish, tags: Tags
) -> None:
    web.refuse("secret-refused", "stream_key_unknown", "no")
    web.allow("secret-good", "show_a")
    host = await publish("secret-good")
    await host.play(tags("mute")[:60])
    for name, app in (
        ("secret-refused", "live"),
        ("", "live/secret-refused"),
        ("x?key=secret-refused", "live"),
    ):
        with pytest.raises(PublishRejected):
            await publish(name, app=app)
    await web.stop()
    with pytest.raises(PublishRejected):
        await publish("secret-web-down")
    host.kill()
    await asyncio.sleep(0)
    await streaming.stop()

    assert "secret" not in streaming.log.read_text()
    assert f":{host.port}" not in streaming.log.read_text()
    assert not [
        path for path in streaming.data_dir.rglob("*.jsonl") if "secret" in path.read_text()
    ]
