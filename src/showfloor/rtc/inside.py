"""The inside of aiortc and aioice, where they offer no door for what we need: packets instead of
decoded pictures, key frames on demand, sender reports, a choice of addresses.

`check` compares what is used here with the installed version; no offer is taken when something has
moved, and tests/architecture/test_fragile.py says what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import getsource, signature
from typing import Any, NamedTuple

import aioice.ice
from aiortc import RTCRtpReceiver, codecs, rtcrtpreceiver
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecCapability,
    RTCRtpCodecParameters,
)
from aiortc.rtp import RtcpSrPacket, RtpPacket

_BUFFER = "_RTCRtpReceiver__jitter_buffer"
_STREAMS = "_RTCRtpReceiver__remote_streams"
_PROFILES = ("4d001f", "64001f", "640c1f")
"""Main, High, Constrained High; aiortc itself knows both kinds of Baseline."""
_AS_IT_WAS = aioice.ice.StunProtocol.datagram_received
_LAST_OF_STUN = 3
_FIRST_NUMBER, _LAST_NUMBER = 96, 127


class MovedInside(RuntimeError):
    """The installed aiortc or aioice has another inside than the one that we know."""


class Received(NamedTuple):
    """How a track has arrived so far. `jitter` in ticks of its clock (RFC 3550 §6.4.1)."""

    expected: int
    received: int
    jitter: int


class _Buffer:
    """Stands where aiortc puts pictures together for its decoder, which gets none."""

    def __init__(self, take: Callable[[RtpPacket, bytes], bool]) -> None:
        self._take = take

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Whether to ask for a key frame, and nothing to decode."""
        data: bytes = packet._data  # type: ignore[attr-defined]  # aiortc puts it there
        return self._take(packet, data), None


def check() -> None:
    """Raises MovedInside."""
    receives = getsource(RTCRtpReceiver._handle_rtp_packet)
    places = {
        "the buffer of a receiver": "pli_flag, encoded_frame = self.__jitter_buffer.add(packet)"
        in receives,
        "the payload of a packet": "packet._data = depayload(codec, packet.payload)" in receives,
        "the streams of a receiver": "self.__remote_streams[packet.ssrc].add(packet)" in receives,
        "a stream's counts": all(
            hasattr(rtcrtpreceiver.StreamStatistics, name)
            for name in ("packets_expected", "jitter", "add")
        ),
        "asking for a key frame": [*signature(RTCRtpReceiver._send_rtcp_pli).parameters]
        == ["self", "media_ssrc"],
        "hearing sender reports": [*signature(RTCRtpReceiver._handle_rtcp_packet).parameters]
        == ["self", "packet"],
        "the list of codecs": any(codec.name == "H264" for codec in codecs.CODECS["video"]),
        "what sockets hand on": "self.receiver.data_received(data, self.local_candidate.component)"
        in getsource(_AS_IT_WAS),
        "where a publisher is": "c._network_host == addr[0] and c.port == addr[1]"
        in getsource(aioice.ice.Connection.check_incoming),
        "the addresses to listen on": [*signature(aioice.ice.get_host_addresses).parameters]
        == ["use_ipv4", "use_ipv6"],
    }
    moved = [name for name, stands in places.items() if not stands]
    if moved:
        raise MovedInside(f"aiortc: {', '.join(moved)}")


def know_all_profiles() -> None:
    """Have aiortc agree to H.264 profiles that it could not decode: nothing is decoded here.

    Idempotent.
    """
    known = codecs.CODECS["video"]
    profiles = {codec.parameters.get("profile-level-id") for codec in known}
    number = max(codec.payloadType or 0 for codec in known) + 1
    for profile in _PROFILES:
        if profile not in profiles:
            known += _h264(profile, number)
            number += 2
    assert _FIRST_NUMBER <= number <= _LAST_NUMBER


def h264_codecs() -> list[RTCRtpCodecCapability]:
    """All that we take of pictures, and retransmission."""
    known = codecs.get_capabilities("video").codecs
    return [codec for codec in known if codec.mimeType.lower() in ("video/h264", "video/rtx")]


def _h264(profile: str, number: int) -> list[RTCRtpCodecParameters]:
    return [
        RTCRtpCodecParameters(
            mimeType="video/H264",
            clockRate=90_000,
            payloadType=number,
            rtcpFeedback=[
                RTCRtcpFeedback(type="nack"),
                RTCRtcpFeedback(type="nack", parameter="pli"),
                RTCRtcpFeedback(type="goog-remb"),
            ],
            parameters={
                "level-asymmetry-allowed": "1",
                "packetization-mode": "1",
                "profile-level-id": profile,
            },
        ),
        RTCRtpCodecParameters(
            mimeType="video/rtx",
            clockRate=90_000,
            payloadType=number + 1,
            parameters={"apt": number},
        ),
    ]


def listen_on(addresses: Sequence[str]) -> None:
    """The addresses of this machine on which every later connection receives."""
    chosen = list(addresses)

    def only_these(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return [*chosen]

    aioice.ice.get_host_addresses = only_these


def guard_sockets() -> None:
    """Have sockets drop what comes from elsewhere than a publisher who proved itself by ICE, and
    what is empty: aiortc ends the connection of whoever seems to have sent it.

    The first byte tells STUN from the rest (RFC 7983 §7). Idempotent.
    """
    if aioice.ice.StunProtocol.datagram_received is not _AS_IT_WAS:
        return

    def datagram_received(
        protocol: aioice.ice.StunProtocol, data: bytes, addr: tuple[Any, ...]
    ) -> None:
        if not data:
            return
        if data[0] <= _LAST_OF_STUN:
            _AS_IT_WAS(protocol, data, addr)
            return
        for candidate in protocol.receiver._remote_candidates:
            if candidate.port == addr[1] and candidate._network_host == addr[0]:
                protocol.receiver.data_received(data, protocol.local_candidate.component)
                return

    aioice.ice.StunProtocol.datagram_received = datagram_received  # type: ignore[assignment]  # narrower: bytes only


def take_packets(receiver: RTCRtpReceiver, take: Callable[[RtpPacket, bytes], bool]) -> None:
    """`take` gets each packet and its payload (H.264 as a byte stream) and says whether the picture
    is damaged; nothing is decoded. Before the connection is made.
    """
    setattr(receiver, _BUFFER, _Buffer(take))


def hear_reports(receiver: RTCRtpReceiver, hear: Callable[[int, int], None]) -> None:
    """`hear` gets RTP's and NTP's timestamp of each sender report."""
    handle = receiver._handle_rtcp_packet

    async def first(packet: Any) -> None:  # aiortc's union of all RTCP packets
        if isinstance(packet, RtcpSrPacket):
            hear(packet.sender_info.rtp_timestamp, packet.sender_info.ntp_timestamp)
        await handle(packet)

    receiver._handle_rtcp_packet = first  # type: ignore[method-assign]  # there is no event for it


async def ask_for_key_frame(receiver: RTCRtpReceiver) -> None:
    """Picture loss indication (RFC 4585 §6.3.1): encoders of WebRTC send key frames only when they
    are asked to.
    """
    for source in [*getattr(receiver, _STREAMS)]:
        await receiver._send_rtcp_pli(source)


def received(receiver: RTCRtpReceiver) -> Received:
    """All sources of a receiver together: retransmissions are a source of their own, whose packets
    say nothing about jitter.
    """
    streams = [*getattr(receiver, _STREAMS).values()]
    return Received(
        sum(stream.packets_expected for stream in streams),
        sum(stream.packets_received for stream in streams),
        max(streams, key=lambda stream: int(stream.packets_received)).jitter if streams else 0,
    )
