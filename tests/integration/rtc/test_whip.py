"""Publishing by WHIP: the same promises as by RTMP and by WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
from collections.abc import Awaitable, Callable
from fractions import Fraction

import av
import imageio_ffmpeg
import m3u8
import pytest
from aiortc import MediaStreamTrack, RTCSessionDescription, VideoStreamTrack

from tests.integration.rtc.conftest import Whip
from tests.integration.rtc.peer import Rtc, WhipPublisher, picture, sound
from tests.integration.streaming.peers import FakeWeb, Publisher, Streaming, Tag
from tests.ports import free_ports
from tests.waiting import until

Tags = Callable[[str], list[Tag]]
StartRtc = Callable[..., Awaitable[Rtc]]
STILL = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 profile-level-id=42e01f;packetization-mode=1\r\n"
)
"""An offer as far as its codecs go; nobody could connect with it."""


async def test_camera_by_webrtc_becomes_a_playlist(
    streaming: Streaming, web: FakeWeb, whip: Whip, tags: Tags
) -> None:
    host = whip()
    answer = await host.publish(picture(tags("brisk")), sound(400))

    playlist = m3u8.loads(await streaming.until(2))
    report = await web.report(
        lambda line: line["state"] == "publishing" and line["health"]["network"] is not None
    )
    ended = await host.stop()
    await web.report(lambda line: line["state"] == "lost")

    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/sdp")
    assert answer.headers["etag"]
    assert [round(segment.duration, 1) for segment in playlist.segments[1:3]] == [2.0, 2.0]
    health = report["health"]
    assert (health["video"]["width"], health["audio"]["codec"]) == (320, "aac")
    assert (health["network"]["loss"], health["warnings"]) == (0.0, [])
    assert web.publishes == [{"stream_key": "key-a"}]
    assert ended.status_code == 200


USELESS: list[tuple[str | bytes, dict[str, str], int, str]] = [
    (STILL, {"Authorization": ""}, 401, "stream_key_required"),
    (STILL, {"Authorization": "Basic a2V5"}, 401, "stream_key_required"),
    (STILL, {"Content-Type": "text/plain"}, 415, "sdp_required"),
    ("", {}, 400, "sdp_unreadable"),
    ("v=0\r\n", {}, 400, "sdp_unreadable"),
    (b"v=0\r\nm=video \xff\xfe", {}, 400, "sdp_unreadable"),
    (STILL + "a=x\r\n" * 20_000, {}, 413, "payload_too_large"),
    (STILL + "a=x\r\n" * 3_000, {}, 400, "sdp_unreadable"),
    (STILL + "m=audio 9 X 0\r\n" * 20, {}, 400, "sdp_unreadable"),
    (STILL.replace("H264", "VP8"), {}, 422, "h264_not_offered"),
    (STILL.replace("sendonly", "recvonly"), {}, 422, "nothing_is_sent"),
]


async def test_offer_of_no_use_is_refused_before_anybody_is_asked(rtc: Rtc, web: FakeWeb) -> None:
    for body, headers, status, code in USELESS:
        english, arabic = [
            await rtc.post(body, **headers, **{"Accept-Language": lang}) for lang in ("en", "ar")
        ]

        assert (english.status_code, english.json()["code"]) == (status, code)
        assert (arabic.status_code, arabic.json()["code"]) == (status, code)
        assert english.json()["detail"] != arabic.json()["detail"]
        assert english.headers["content-type"] == "application/problem+json"
        assert english.headers["access-control-allow-origin"] == "*"
        assert ("www-authenticate" in english.headers) == (status == 401)
    assert web.publishes == []


HOSTILE = {
    "no transport": STILL,
    "no fingerprint": STILL + "a=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 24 + "\r\n",
    "numbers": STILL.replace("96", "99999999999999999999"),
    "huge fingerprint": STILL + "a=fingerprint:sha-256 " + "AA:" * 9_000 + "\r\n",
    "extension": STILL + "a=extmap:nine urn:x\r\n",
    "no codec numbers": STILL.replace("SAVPF 96", "SAVPF"),
    "candidates": STILL + "a=candidate:" + "x " * 9_000 + "\r\n",
    "twice": STILL + STILL.partition("t=0 0\r\n")[2],
    "bundle": STILL.replace("t=0 0\r\n", "t=0 0\r\na=group:BUNDLE 7 8 9\r\n"),
    "ssrc": STILL + "a=ssrc:-1 cname:x\r\na=ssrc-group:FID 1\r\n",
}


async def test_hostile_offer_is_refused_and_leaves_nothing(rtc: Rtc, web: FakeWeb) -> None:
    for name, offer in HOSTILE.items():
        answer = await rtc.post(offer)

        assert (answer.status_code, answer.json()["code"]) == (400, "sdp_unreadable"), name
    # The key was good, so a publisher was there for a moment each time; all are gone.
    assert len(web.publishes) == len(HOSTILE)
    await web.report(lambda line: line["state"] == "lost")


async def test_mutated_offers_never_end_the_process(
    rtc: Rtc, web: FakeWeb, whip: Whip, tags: Tags
) -> None:
    good = (await whip().offer(picture(tags("brisk")))).encode()
    chance = random.Random(11)
    for _ in range(40):
        torn = bytearray(good)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(torn))
            torn[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
        answer = await rtc.post(bytes(torn))
        assert answer.status_code in (201, 400, 422), answer.text
        if answer.status_code == 201:
            ended = await rtc.client.delete(
                answer.headers["location"], headers={"Authorization": "Bearer key-a"}
            )
            assert ended.status_code in (200, 404)

    assert (await whip().publish(picture(tags("brisk")))).status_code == 201


async def test_streamings_refusal_reaches_the_encoder(
    rtc: Rtc, web: FakeWeb, streaming: Streaming
) -> None:
    web.refuse("key-old", "publish_ticket_expired", "Ask for another.")
    web.refuse("key-over", "show_ended", "It is over.")
    web.refuse("key-odd", "a_code_of_tomorrow", "Wait until tomorrow.")
    expected = {
        "key-x": (401, "stream_key_unknown"),
        "key-old": (401, "publish_ticket_expired"),
        "key-over": (409, "show_ended"),
        "key-odd": (403, "a_code_of_tomorrow"),
    }

    answers = {key: await rtc.post(STILL, key) for key in expected}

    found = {key: (answer.status_code, answer.json()["code"]) for key, answer in answers.items()}
    assert found == expected
    assert answers["key-odd"].json()["detail"] == "Wait until tomorrow."
    assert (await streaming.get("/live/show_a/index.m3u8")).status == 404


async def test_without_streaming_an_offer_may_be_sent_again(
    rtc: Rtc, streaming: Streaming, whip: Whip, tags: Tags
) -> None:
    await streaming.stop()

    answer = await whip().publish(picture(tags("brisk")))

    assert (answer.status_code, answer.json()["code"]) == (503, "media_server_away")
    assert answer.headers["retry-after"] == "2"


async def test_session_belongs_to_its_key(rtc: Rtc, web: FakeWeb, whip: Whip, tags: Tags) -> None:
    host = whip()
    await host.publish(picture(tags("brisk"), rounds=10))
    await web.report(lambda line: line["state"] == "publishing")

    stranger = await rtc.client.delete(host.location, headers={"Authorization": "Bearer key-b"})
    nobody = await rtc.client.delete(host.location)
    moved = await rtc.client.patch(
        host.location,
        content=b"a=ice-ufrag:new\r\n",
        headers={"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"},
    )

    assert (stranger.status_code, stranger.json()["code"]) == (404, "whip_session_not_found")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "stream_key_required")
    assert (moved.status_code, moved.json()["code"]) == (405, "ice_restart_unsupported")
    assert moved.headers["allow"] == "DELETE, OPTIONS"
    # Nothing changed: the session is there, and ends for its owner.
    assert (await host.stop()).status_code == 200
    assert (await host.stop()).status_code == 404


async def test_browsers_of_any_site_may_ask(rtc: Rtc) -> None:
    offer = await rtc.client.options("/whip")
    end = await rtc.client.options("/whip/some-session")
    seen = await rtc.client.get("/whip")

    assert (offer.status_code, offer.headers["accept-post"]) == (204, "application/sdp")
    assert "Authorization" in offer.headers["access-control-allow-headers"]
    assert "DELETE" in end.headers["access-control-allow-methods"]
    assert (seen.status_code, seen.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in seen.headers["allow"]


async def test_newest_publisher_wins_between_whip_and_rtmp(
    rtc: Rtc,
    streaming: Streaming,
    whip: Whip,
    publish: Callable[..., Awaitable[Publisher]],
    tags: Tags,
) -> None:
    phone = whip()
    await phone.publish(picture(tags("brisk")), sound(400))
    await streaming.until(1)

    obs = await publish()
    await until(lambda: phone.peer.connectionState == "closed")
    # Who comes to end it hears why it ended, so that two cameras do not fight; strangers do not.
    stranger = await rtc.client.delete(phone.location, headers={"Authorization": "Bearer key-b"})
    replaced = await phone.stop()
    await obs.play([tag for tag in tags("plain") if tag.time < 4500])
    await streaming.until(3)
    await whip().publish(picture(tags("brisk")), sound(400))
    await obs.closed_by_server()
    text = await streaming.until(6)

    playlist = m3u8.loads(text)
    times = [segment.current_program_date_time for segment in playlist.segments if segment.duration]
    assert times == sorted(times)
    assert text.count("#EXT-X-DISCONTINUITY\n") == 2
    assert (replaced.status_code, replaced.json()["code"]) == (410, "replaced")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "whip_session_not_found")


async def test_camera_that_dies_is_lost_and_comes_back_on_the_same_timeline(
    streaming: Streaming, web: FakeWeb, whip: Whip, tags: Tags
) -> None:
    phone = whip()
    await phone.publish(picture(tags("brisk")))
    await streaming.until(1)
    # As when the tab's process dies: not a word more.
    for transceiver in phone.peer.getTransceivers():
        await transceiver.sender.transport.transport.stop()
    await web.report(lambda line: line["state"] == "lost")

    await whip().publish(picture(tags("brisk")))
    playlist = m3u8.loads(await streaming.until(4))

    times = [segment.current_program_date_time for segment in playlist.segments if segment.duration]
    assert times == sorted(times)
    assert len(times) == len(set(times))


async def test_one_network_has_so_many_places_and_offers(
    start_rtc: StartRtc, web: FakeWeb, tags: Tags
) -> None:
    rtc = await start_rtc(SHOWFLOOR_RTC_SESSIONS="2", SHOWFLOOR_PROXIES="127.0.0.1")
    web.allow("key-b", "show_b")
    web.allow("key-c", "show_c")
    hosts = [WhipPublisher(rtc, key) for key in ("key-a", "key-b", "key-c")]
    answers = [await host.publish(picture(tags("brisk"))) for host in hosts]
    await hosts[0].stop()
    after = await hosts[2].publish()

    assert [answer.status_code for answer in answers] == [201, 201, 503]
    assert answers[2].json()["code"] == "too_many_whip_sessions"
    assert after.status_code == 201
    # Who asks too often is refused whatever it claims to be; another network is not.
    flood = [await rtc.post("", **{"X-Forwarded-For": "192.0.2.9"}) for _ in range(121)]
    other = await rtc.post("", **{"X-Forwarded-For": "192.0.2.10"})
    assert {answer.status_code for answer in flood[:120]} == {400}
    assert (flood[120].status_code, flood[120].json()["code"]) == (429, "rate_limited")
    assert other.status_code == 400
    for host in hosts:
        await host.close()


async def test_no_packet_goes_where_an_offer_points(
    rtc: Rtc, web: FakeWeb, whip: Whip, tags: Tags
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bystander:
        bystander.bind(("127.0.0.1", 0))
        bystander.setblocking(False)
        port = bystander.getsockname()[1]
        host = whip()
        offer = await host.offer(picture(tags("brisk")))
        line = f"a=candidate:9 1 udp 2130706431 127.0.0.1 {port} typ host\r\n"
        first = offer.index("a=candidate")
        answer = await rtc.post(offer[:first] + line + offer[first:])

        await host.peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        # Connected: all checks of the server's were sent by now.
        await web.report(lambda line: line["state"] == "publishing")

        with pytest.raises(BlockingIOError):
            bystander.recv(1)


async def test_ports_and_address_are_the_operators(
    start_rtc: StartRtc, web: FakeWeb, tags: Tags
) -> None:
    first = free_ports(4)
    rtc = await start_rtc(
        SHOWFLOOR_RTC_PORTS=f"{first}-{first + 3}", SHOWFLOOR_RTC_ADDRESS="203.0.113.7"
    )
    host = WhipPublisher(rtc)
    answer = await rtc.post(await host.offer(picture(tags("brisk"))))

    candidates = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", answer.text)
    assert {address for address, _ in candidates} == {"203.0.113.7"}
    assert {int(port) for _, port in candidates} <= {*range(first, first + 4)}
    assert answer.status_code == 201
    await host.close()


class _Drawn(VideoStreamTrack):
    """Pictures that the peer's own encoder makes, which sends a key frame when it is asked."""

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(320, 180, "yuv420p")
        for number, plane in enumerate(frame.planes):
            plane.update(bytes([(pts // 3000 * 5 + number * 60) % 256]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


async def test_key_frames_are_asked_for_every_two_seconds(
    streaming: Streaming, web: FakeWeb, whip: Whip
) -> None:
    await whip().publish(_Drawn())
    # The encoder by itself sends one in eight seconds.
    await streaming.until(4)

    report = await web.report(lambda line: bool(line["health"] and line["health"]["video"]))

    assert 0 < report["health"]["video"]["keyframe_interval"] < 6
    assert report["health"]["warnings"][0]["code"] == "no_audio"


class _Noise(MediaStreamTrack):
    """Packets that are no H.264 at all, now and then a beginning of some."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._dice = random.Random(5)
        self._sent = 0

    async def recv(self) -> av.Packet:
        self._sent += 1
        starts = [b"\0\0\0\1\x67", b"\0\0\0\1\x65", b"\0\0\0\1\x7c\x85", b"\0\0\0\1", b""]
        body = self._dice.choice(starts) + self._dice.randbytes(self._dice.randrange(1, 4000))
        packet = av.Packet(body)
        packet.pts = self._dice.randrange(1 << 31) if self._sent % 9 == 0 else self._sent * 3000
        packet.time_base = Fraction(1, 90_000)
        # waits: a camera sends at the pace of its clock
        await asyncio.sleep(0.005)
        return packet


async def test_noise_by_rtp_costs_nobody_else_anything(
    rtc: Rtc, streaming: Streaming, web: FakeWeb, whip: Whip, tags: Tags
) -> None:
    web.allow("key-b", "show_b")
    noisy, good = whip("key-b"), whip()
    answer = await noisy.publish(_Noise())
    ports = [int(port) for port in re.findall(r"udp \d+ 127\.0\.0\.1 (\d+) typ host", answer.text)]
    dice = random.Random(3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for _ in range(300):
            with contextlib.suppress(OSError):
                first = dice.choice([b"\x80", b"\x16\xfe\xff", b"\0\1", b"\x81\xc8", b""])
                stranger.sendto(first + dice.randbytes(dice.randrange(60)), ("127.0.0.1", ports[0]))

    await good.publish(picture(tags("brisk")), sound(300))
    assert m3u8.loads(await streaming.until(2)).segments
    assert (await rtc.client.get("/healthz")).status_code == 200
    assert rtc.process.returncode is None


async def test_ffmpegs_own_whip_is_taken(rtc: Rtc, streaming: Streaming, web: FakeWeb) -> None:
    # A peer that shares no line with aiortc: its own ICE, DTLS and packets.
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-re"]
    command += ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30", "-f", "lavfi", "-i", "sine=r=48000"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-bf", "0"]
    command += ["-profile:v", "baseline", "-pix_fmt", "yuv420p", "-g", "30"]
    command += ["-c:a", "libopus", "-ac", "2", "-f", "whip", "-authorization", "key-a"]
    process = await asyncio.create_subprocess_exec(
        *command, f"http://127.0.0.1:{rtc.port}/whip", stdin=asyncio.subprocess.DEVNULL
    )
    try:
        await web.report(lambda line: line["state"] == "publishing")
        playlist = m3u8.loads(await streaming.until(2))
        # In its first second, while its delay is found out, a camera may look uneven.
        report = await web.report(
            lambda line: bool(line["health"]["network"]) and not line["health"]["warnings"]
        )
    finally:
        process.terminate()
        await process.wait()
    await web.report(lambda line: line["state"] == "lost")

    # Stamps are of the moments at which packets came until the camera's reports say more, so a busy
    # machine moves them; a wrong clock rate would be a factor of two or of ninety.
    assert 1.0 < playlist.segments[1].duration < 3.0
    health = report["health"]
    assert (health["video"]["width"], health["audio"]["codec"]) == (320, "aac")
