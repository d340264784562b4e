"""One WHIP session: a peer connection on one side, a publisher's WebSocket on the other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket

from showfloor.kit import clock, publishing
from showfloor.rtc import inside
from showfloor.rtc.assembler import Fragment, Frame, FrameAssembler
from showfloor.rtc.config import RtcConfig
from showfloor.rtc.errors import H264NotOffered, PublisherRefused, SdpUnreadable
from showfloor.rtc.keyframes import KeyFrames
from showfloor.rtc.lips import TrackClock, ntp_micros
from showfloor.rtc.network import NetworkMeter
from showfloor.rtc.sdp import write_answer
from showfloor.rtc.uplink import Uplink

log = logging.getLogger("showfloor.rtc")

_TICK_SECONDS = 0.2
_REPORT_TICKS = 5
_PICTURE_PATIENCE, _SOUND_PATIENCE = 0.4, 0.1
"""Seconds for a lost packet to come again, or for one that was overtaken."""
_PICTURE_RATE, _SOUND_RATE = 90_000, 48_000
_MICRO = 1_000_000


def prepare(config: RtcConfig) -> None:
    """Before the first session; idempotent. Raises MovedInside."""
    inside.check()
    inside.know_all_profiles()
    inside.guard_sockets()
    if config.host not in ("0.0.0.0", "::"):
        inside.listen_on([config.host])


class WhipSession:
    """`ended` is called once, when either side is gone."""

    def __init__(
        self, config: RtcConfig, key: str, uplink: Uplink, ended: Callable[[WhipSession], None]
    ) -> None:
        self.id = secrets.token_urlsafe(18)
        self._config = config
        self.owner = sha256(key.encode()).digest()
        """A digest of the key: who may end the session."""
        self._uplink = uplink
        self._ended = ended
        self._over = False
        self._began = self._heard = clock.monotonic()
        self._any = False
        """Whether media has come."""
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peer.on("track", self._take)
        self._peer.on("connectionstatechange", self._look)
        self._picture: RTCRtpReceiver | None = None
        self._sound: RTCRtpReceiver | None = None
        self._picture_clock, self._sound_clock = TrackClock(_PICTURE_RATE), TrackClock(_SOUND_RATE)
        self._pictures = FrameAssembler(patience=_PICTURE_PATIENCE, pieces=True)
        self._sounds = FrameAssembler(patience=_SOUND_PATIENCE, pieces=False)
        self._keys = KeyFrames()
        self._meter = NetworkMeter(_PICTURE_RATE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn(self._carry())
        self._spawn(self._watch())

    @property
    def farewell(self) -> PublisherRefused | None:
        """Why `streaming` let go of it, where it did."""
        return self._uplink.farewell

    async def answer(self, offer: str) -> str:
        """The SDP answer. Raises SdpUnreadable, H264NotOffered."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            self._choose_codecs()
            await self._peer.setLocalDescription(await self._peer.createAnswer())
            text = self._peer.localDescription.sdp
        except Exception as problem:
            # aiortc raises whatever its parser stumbles on.
            log.info("offer refused problem=%s", type(problem).__name__)
            raise SdpUnreadable from None
        if self._picture is None or "H264/90000" not in text:
            raise H264NotOffered
        return write_answer(text, public_address=self._config.public_address)

    async def close(self) -> None:
        """Idempotent."""
        if self._over:
            return
        self._over = True
        self._ended(self)
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        with contextlib.suppress(Exception):  # a half-open connection may fail in any way
            await self._peer.close()
        await self._uplink.close()

    # The connection

    def _choose_codecs(self) -> None:
        for transceiver in self._peer.getTransceivers():
            if transceiver.kind == "video":
                transceiver.setCodecPreferences(inside.h264_codecs())

    def _take(self, track: MediaStreamTrack) -> None:
        """The first track of each kind; another one is received and left alone."""
        (receiver,) = (each for each in self._peer.getReceivers() if each.track is track)
        if track.kind == "video" and self._picture is None:
            self._picture = receiver
            inside.take_packets(receiver, self._take_picture)
            inside.hear_reports(receiver, self._hear_picture)
        elif track.kind == "audio" and self._sound is None:
            self._sound = receiver
            inside.take_packets(receiver, self._take_sound)
            inside.hear_reports(receiver, self._hear_sound)
        else:
            inside.take_packets(receiver, lambda packet, data: False)

    async def _look(self) -> None:
        if self._peer.connectionState in ("failed", "closed"):
            await self.close()

    # Media

    def _take_picture(self, packet: RtpPacket, data: bytes) -> bool:
        now = self._hear()
        frames = self._pictures.add(
            packet.sequence_number, Fragment(packet.timestamp, bool(packet.marker), data), now
        )
        for frame in frames:
            if self._keys.lets_through(frame.data, now, after_loss=frame.after_loss):
                stamp = self._picture_clock.stamp(frame.timestamp, now * _MICRO)
                self._send(publishing.write_video(stamp, frame.data, key=False, annex_b=True))
        return self._keys.is_urgent(now)

    def _take_sound(self, packet: RtpPacket, data: bytes) -> bool:
        now = self._hear()
        fragment = Fragment(packet.timestamp, True, data)
        for frame in self._sounds.add(packet.sequence_number, fragment, now):
            self._send_sound(frame, now)
        return False

    def _send_sound(self, frame: Frame, now: float) -> None:
        stamp = self._sound_clock.stamp(frame.timestamp, now * _MICRO)
        if frame.data:
            self._send(publishing.write_audio(stamp, frame.data, publishing.Codec.OPUS))

    def _hear_picture(self, timestamp: int, ntp: int) -> None:
        self._picture_clock.report(timestamp, ntp_micros(ntp))
        self._bring_together()

    def _hear_sound(self, timestamp: int, ntp: int) -> None:
        self._sound_clock.report(timestamp, ntp_micros(ntp))
        self._bring_together()

    def _bring_together(self) -> None:
        if (lead := self._picture_clock.lead) is not None:
            self._sound_clock.be_led(lead)

    def _hear(self) -> float:
        self._any = True
        self._heard = clock.monotonic()
        return self._heard

    def _send(self, message: bytes) -> None:
        if not self._over and not self._uplink.send(message):
            log.warning("whip closed reason=the media server does not keep up")
            self._spawn(self.close())

    # Beside the media

    async def _carry(self) -> None:
        """The end of the WebSocket is the end of the session."""
        await self._uplink.run()
        await self.close()

    async def _watch(self) -> None:
        """Look at the clock: who is silent is gone, and a key frame that does not come is asked
        for.
        """
        ticks = 0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            ticks += 1
            now = clock.monotonic()
            if self._is_gone(now):
                log.info("whip closed reason=%s", "silent" if self._any else "no media in time")
                self._spawn(self.close())
                return
            if self._picture is None or not self._any:
                continue
            if self._keys.is_due(now):
                with contextlib.suppress(ConnectionError):
                    await inside.ask_for_key_frame(self._picture)
            if ticks % _REPORT_TICKS == 0:
                self._send(
                    publishing.write_network(self._meter.read(inside.received(self._picture)))
                )

    def _is_gone(self, now: float) -> bool:
        if not self._any:
            return now - self._began > self._config.connect_seconds
        return now - self._heard > self._config.idle_seconds

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
