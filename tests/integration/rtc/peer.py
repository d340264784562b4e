"""A publisher by WHIP, as OBS or a browser is one, and the real process that takes it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import aioice.ice
import av
import httpx2
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from tests.forks import nursery
from tests.integration.streaming.peers import Streaming, Tag
from tests.integration.streaming.socket_peer import packed
from tests.ports import free_ports
from tests.unit.streaming.test_opus import opus
from tests.waiting import BOUND, bounded, until

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
_MS, _SAMPLES = Fraction(1, 1000), Fraction(1, 48_000)


@dataclass
class Rtc:
    """`showfloor rtc` in front of a `streaming`."""

    streaming: Streaming
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    async def start(self) -> None:
        self.port = free_ports(1)
        self.log = self.folder / "rtc.log"
        with self.log.open("ab") as log:
            self.process = await nursery("showfloor.app.cli", "showfloor.app.commands.rtc").start(
                "showfloor.app.cli:main",
                "rtc",
                stdout=log,
                stderr=log,
                environment={
                    **os.environ,
                    "SHOWFLOOR_DATA": str(self.folder),
                    "SHOWFLOOR_RTC_PORT": str(self.port),
                    "SHOWFLOOR_MEDIA_PORT": str(self.streaming.http_port),
                    **self.environment,
                },
            )
        # A connection that is kept may be closed by the server at the moment in which it is used
        # again, where the machine is slow.
        self.client = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            timeout=BOUND,
            limits=httpx2.Limits(max_keepalive_connections=0),
            trust_env=False,
        )

        async def answers() -> bool:
            assert self.process.returncode is None, self.log.read_text()
            try:
                return (await self.client.get("/healthz")).status_code == 200
            except httpx2.HTTPError:
                return False

        await until(answers)

    async def stop(self) -> None:
        await self.client.aclose()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with bounded():
            await self.process.wait()

    async def post(self, body: bytes | str, key: str = "key-a", **more: str) -> Any:
        headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {key}", **more}
        return await self.client.post("/whip", content=body, headers=headers)


class ClipTrack(MediaStreamTrack):
    """Frames that were encoded before, at the pace of their clock."""

    def __init__(self, kind: str, frames: Iterable[tuple[int, bytes]], base: Fraction) -> None:
        super().__init__()
        self.kind = kind
        self._frames = iter([*frames])
        self._base = base
        self._began: float | None = None

    async def recv(self) -> av.Packet:
        """Raises MediaStreamError behind the last one."""
        loop = asyncio.get_running_loop()
        if self._began is None:
            self._began = loop.time()
        stamp, data = next(self._frames, (0, b""))
        if not data:
            # A camera that shows nothing new is still connected.
            await asyncio.get_running_loop().create_future()
            raise MediaStreamError
        # waits: a camera sends at the pace of its clock
        await asyncio.sleep(max(0.0, self._began + float(stamp * self._base) - loop.time()))
        packet = av.Packet(data)
        packet.pts, packet.time_base = stamp, self._base
        return packet


def picture(tags: Iterable[Tag], *, rounds: int = 1) -> ClipTrack:
    """A clip's pictures as a byte stream, each with the parameter sets of the clip in front; the
    clip so many times, for a machine on which it takes long until anybody looks.
    """
    clip = [*tags]
    length = clip[-1].time + 40
    tags = [tag._replace(time=tag.time + again * length) for again in range(rounds) for tag in clip]
    messages = [message for message in packed(tags, annex_b=True) if message[0] == 4]
    sets, frames = b"", []
    for message in messages:
        stamp, body = int.from_bytes(message[2:10], "big") // 1000, message[10:]
        if body[4] & 31 == 7:
            sets = body
        else:
            frames.append((stamp, (sets if message[1] & 1 else b"") + body))
    return ClipTrack("video", frames, _MS)


def sound(packets: int) -> ClipTrack:
    """A tone in Opus, of 20 ms each."""
    frames = [(stamp * 48 // 1000, data) for stamp, data in opus(packets)]
    return ClipTrack("audio", frames, _SAMPLES)


class WhipPublisher:
    """Offers its tracks, and sends them until it is stopped or killed."""

    def __init__(self, rtc: Rtc, key: str = "key-a") -> None:
        self._rtc, self._key = rtc, key
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.location = ""

    async def offer(self, *tracks: MediaStreamTrack) -> str:
        for track in tracks:
            transceiver: RTCRtpTransceiver = self.peer.addTransceiver(track, direction="sendonly")
            if track.kind == "video":
                codecs = transceiver.sender.getCapabilities("video").codecs
                transceiver.setCodecPreferences(
                    [codec for codec in codecs if codec.mimeType in ("video/H264", "video/rtx")]
                )
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def publish(self, *tracks: MediaStreamTrack) -> Any:
        """The answer to the offer; the connection is made when it was accepted."""
        answer = await self._rtc.post(await self.offer(*tracks), self._key)
        if answer.status_code == 201:
            self.location = answer.headers["location"]
            await self.peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        return answer

    async def stop(self) -> Any:
        """As a well-behaved encoder does it."""
        headers = {"Authorization": f"Bearer {self._key}"}
        answer = await self._rtc.client.delete(self.location, headers=headers)
        await self.peer.close()
        return answer

    async def close(self) -> None:
        await self.peer.close()
