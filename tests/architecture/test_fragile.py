"""What we lean on that could change under us: fails loudly when it does."""

from __future__ import annotations

import subprocess
from importlib.metadata import version

import aioice.ice
import pytest
from aiortc import RTCRtpReceiver, codecs

from showfloor.app.postgres import MAJOR, binaries
from showfloor.rtc import inside


def test_wheel_still_carries_this_postgres() -> None:
    said = subprocess.run(
        [binaries() / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout

    assert f" {MAJOR}." in said


def test_wheel_still_carries_the_programs_we_use() -> None:
    assert {"initdb", "postgres", "pg_dump", "psql"} <= {path.name for path in binaries().iterdir()}


def test_aiortc_still_has_the_inside_that_we_use() -> None:
    assert (version("aiortc"), version("aioice")) == ("1.16.0", "0.13.0"), (
        "Run tests/integration/rtc against the new version, look at what changed around the names "
        "in showfloor/rtc/inside.py, then write its number here."
    )
    inside.check()


async def _another(self: object, packet: object) -> None:
    """As a later version might have it."""


@pytest.mark.parametrize(
    ("owner", "name", "now", "what"),
    [
        (RTCRtpReceiver, "_handle_rtp_packet", _another, "the buffer of a receiver"),
        (RTCRtpReceiver, "_send_rtcp_pli", _another, "asking for a key frame"),
        (codecs, "CODECS", {"video": []}, "the list of codecs"),
        (aioice.ice, "get_host_addresses", list, "the addresses to listen on"),
        (aioice.ice.Connection, "check_incoming", _another, "where a publisher is"),
    ],
)
def test_moved_inside_is_noticed(
    owner: object, name: str, now: object, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, now)

    with pytest.raises(inside.MovedInside, match=what):
        inside.check()
