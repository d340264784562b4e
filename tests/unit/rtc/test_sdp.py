"""What of an offer is read, and what an answer says besides."""

from __future__ import annotations

import pytest

from showfloor.kit.errors import AppError
from showfloor.rtc.errors import H264NotOffered, NothingIsSent, SdpUnreadable
from showfloor.rtc.sdp import read_offer, write_answer

OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=sendonly
a=rtpmap:111 opus/48000/2
a=candidate:1 1 udp 2130706431 10.0.0.7 50000 typ host
m=video 9 UDP/TLS/RTP/SAVPF 96 97
a=sendonly
a=rtpmap:96 VP8/90000
a=rtpmap:97 h264/90000
a=fmtp:97 profile-level-id=64001f;packetization-mode=1
a=candidate:1 1 udp 2130706431 some-name.local 50000 typ host
a=end-of-candidates
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_offer_keeps_all_but_its_candidates(ends: str) -> None:
    text = read_offer(OFFER.replace("\n", ends).encode())

    assert "candidate" not in text
    assert "\r" not in text
    assert text.count("\n") == OFFER.count("\n") - 3


def test_last_line_may_lack_its_end() -> None:
    assert "end-of-candidates" not in read_offer(OFFER.rstrip("\n").encode())


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("v=0", "v=1", SdpUnreadable),
        ("s=-", "s=\0", SdpUnreadable),
        ("h264/90000", "H265/90000", H264NotOffered),
        ("m=video", "m=application", H264NotOffered),
        ("a=sendonly", "a=recvonly", NothingIsSent),
        ("a=sendonly", "a=inactive", NothingIsSent),
        ("a=sendonly\n", "", None),
        ("a=sendonly", "a=sendrecv", None),
        ("t=0 0\n", "t=0 0\na=recvonly\n", None),
    ],
)
def test_offer_is_refused_for_its_reason(
    old: str, new: str, refusal: type[AppError] | None
) -> None:
    body = OFFER.replace(old, new).encode()

    if refusal is None:
        assert read_offer(body)
    else:
        with pytest.raises(refusal):
            read_offer(body)


def test_direction_of_the_session_holds_where_a_section_is_silent() -> None:
    text = OFFER.replace("a=sendonly\n", "").replace("t=0 0\n", "t=0 0\na=recvonly\n")

    with pytest.raises(NothingIsSent):
        read_offer(text.encode())


def test_answer_says_where_to_start_and_where_we_are() -> None:
    answer = (
        "v=0\r\nm=video 5000 UDP/TLS/RTP/SAVPF 97 98\r\na=rtpmap:97 H264/90000\r\n"
        "a=fmtp:97 profile-level-id=42e01f\r\na=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=97\r\n"
        "a=candidate:a 1 udp 2130706431 10.0.0.1 5000 typ host\r\na=end-of-candidates\r\n"
    )

    written = write_answer(answer, public_address="203.0.113.7")

    assert "a=fmtp:97 profile-level-id=42e01f;x-google-start-bitrate=1500\r\n" in written
    assert "a=fmtp:98 apt=97\r\n" in written
    assert "udp 2130706431 203.0.113.7 5000 typ host\r\n" in written
    assert "\r\r" not in written
    assert write_answer(answer).count("10.0.0.1") == 1
