"""An SDP offer looked at before anything is made of it, and an answer as cameras need it (RFC 8866,
RFC 9725 §4.2). Pure functions over texts.
"""

from __future__ import annotations

import re

from showfloor.rtc.errors import H264NotOffered, NothingIsSent, SdpUnreadable

LONGEST_OFFER = 64 << 10
"""Bytes; browsers send about 6 kB."""
_MOST_SECTIONS = 8
_MOST_LINES = 2_000
_START_KBITS = 1_500
"""Chromium starts with 300 kbit/s and needs half a minute to the whole picture."""
_H264 = re.compile(r"^a=rtpmap:(\d+) H264/90000$", re.IGNORECASE | re.MULTILINE)
_CANDIDATE = re.compile(r"^a=(candidate:.*|end-of-candidates)\n", re.MULTILINE)
_HOST_CANDIDATE = re.compile(r"^(a=candidate:\S+ \d+ udp \d+ )\S+( \d+ typ host)", re.MULTILINE)
_SENDS = re.compile(r"^a=(sendonly|sendrecv)$", re.MULTILINE)
_DIRECTED = re.compile(r"^a=(sendonly|sendrecv|recvonly|inactive)$", re.MULTILINE)


def read_offer(body: bytes) -> str:
    """The offer without its candidates, with line feeds. Raises SdpUnreadable, H264NotOffered,
    NothingIsSent.

    No packet goes to an address that an offer names: a publisher's own checks tell where it is
    (peer-reflexive candidates, RFC 8445 §7.3.1.3), so an offer cannot have this machine knock at
    other machines' doors.
    """
    try:
        text = body.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise SdpUnreadable from None
    session, *sections = re.split(r"^(?=m=)", text, flags=re.MULTILINE)
    if not session.startswith("v=0\n") or not 1 <= len(sections) <= _MOST_SECTIONS:
        raise SdpUnreadable
    if text.count("\n") > _MOST_LINES or "\0" in text:
        raise SdpUnreadable
    videos = [section for section in sections if section.startswith("m=video ")]
    h264 = [video for video in videos if _H264.search(video)]
    if not h264:
        raise H264NotOffered
    if not any(_sends(session, video) for video in h264):
        raise NothingIsSent
    return _CANDIDATE.sub("", text if text.endswith("\n") else text + "\n")


def _sends(session: str, section: str) -> bool:
    """Without a word, a section sends and receives (RFC 8866 §6.7)."""
    directed = section if _DIRECTED.search(section) else session
    return bool(_SENDS.search(directed)) or not _DIRECTED.search(directed)


def write_answer(text: str, *, public_address: str = "") -> str:
    """The answer with a bit rate to start with, and with the address that cameras reach."""
    lines = text.replace("\r\n", "\n")
    for number in _H264.findall(lines):
        lines = re.sub(
            rf"^(a=fmtp:{number} .*)$",
            rf"\1;x-google-start-bitrate={_START_KBITS}",
            lines,
            flags=re.MULTILINE,
        )
    if public_address:
        lines = _HOST_CANDIDATE.sub(rf"\g<1>{public_address}\g<2>", lines)
    return lines.replace("\n", "\r\n")
