"""The settings of the streaming process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_OTHER_FILES = 64
"""Listening sockets, logs, the event loop, calls to web."""


@dataclass(frozen=True, slots=True)
class StreamingConfig:
    """Addresses, the shared secret and the limits.

    Times are milliseconds unless the name says otherwise.
    """

    web_url: str
    """Base address of the web process, `http://127.0.0.1:8000`; its internal API lives under
    `/internal`.
    """
    internal_token: str
    """Bearer token of the internal API, in both directions."""
    data_dir: Path
    """Recordings go to `data_dir/recordings/{show_id}/`."""

    disk_reserve_bytes: int = 0
    """Recording stops while less than this is free, so that whatever else writes to the disk goes
    on.
    """

    rtmp_host: str = "127.0.0.1"
    rtmp_port: int = 1935
    http_host: str = "127.0.0.1"
    http_port: int = 8001

    part_target_ms: int = 200
    """EXT-X-PART-INF says one more, for every show and as long as it lasts: six frames of NTSC last
    200.2 ms.
    """
    segment_target_ms: int = 2000
    """A segment ends at the first key frame after this, or before `segment_cap_ms` without one."""
    window_segments: int = 8
    """Complete segments that a playlist lists, or more until they are three target durations."""
    window_bytes: int = 64 << 20
    """Older segments go early when a show's window outgrows this."""
    settle_ms: int = 1000
    """How long a new publisher is listened to before its clock, tracks and frame rate are fixed."""

    handshake_seconds: float = 3.0
    """A peer that has not finished the RTMP handshake by then is closed."""
    publish_seconds: float = 8.0
    """A peer that has not been admitted as a publisher by then is closed."""
    idle_seconds: float = 12.0
    """A publisher that sent no byte for so long is gone (half-open TCP)."""
    header_seconds: float = 10.0
    """A viewer's request line and headers must be complete by then."""
    keep_alive_seconds: float = 75.0
    write_seconds: float = 30.0
    """A viewer who has not taken the whole answer by then is closed."""
    report_seconds: float = 1.0
    """How often web gets a report of who publishes."""
    web_timeout_seconds: float = 4.0
    push_networks: str = ""
    """Addresses or networks that destinations may be in besides the public internet, with commas
    between.
    """
    push_backlog_bytes: int = 4 << 20
    """What waits for a slow destination; beyond it, everything up to a later key frame is dropped.
    """
    push_retry_seconds: float = 30.0
    """The longest pause before a destination is tried again."""
    push_stall_seconds: float = 15.0
    """A destination that takes nothing for so long is connected anew."""
    push_idle_seconds: float = 20.0
    """Connections to destinations stay so long without a publisher."""
    forget_seconds: float = 600.0
    """A show that is over, or was never live, leaves memory after this; its recording stays."""
    abandon_seconds: float = 12 * 3600.0
    """The same for a show on the air, whose viewers wait at its address for the camera."""

    max_publishers: int = 200
    """Admitted connections, by RTMP and by WebSocket."""
    max_strangers: int = 200
    """Connections of publishers that are not admitted; for a new one the oldest is closed."""
    max_strangers_per_network: int = 32
    """The same, of one IPv4 address or IPv6 /64. Behind a proxy all cameras share one address."""
    max_viewers: int = 20_000
    """Open connections on the HTTP port, when the limit of open files allows so many."""
    max_viewers_per_network: int = 2_000
    """The same, of one IPv4 address or IPv6 /64; a browser opens up to six. Not for proxies."""
    proxies: str = "127.0.0.1"
    """Addresses or networks of reverse proxies in front of the HTTP port, with commas between."""

    def viewer_places(self, open_files: int) -> int:
        """How many viewers may connect when the process may open so many files.

        Files for cameras, strangers, recordings and calls to web are kept free, so that viewers
        cannot shut a camera out; below a few hundred files each side gets half.
        """
        reserve = 3 * self.max_publishers + self.max_strangers + _OTHER_FILES
        return min(self.max_viewers, max(open_files - reserve, open_files // 2))

    @property
    def target_seconds(self) -> int:
        """EXT-X-TARGETDURATION of every show, as long as it lasts (RFC 8216bis §4.4.3.1)."""
        return (self.segment_target_ms + 500) // 1000

    @property
    def segment_cap_ms(self) -> int:
        """The longest segment whose rounded EXTINF does not exceed the target duration."""
        return self.target_seconds * 1000 + 499

    @property
    def longest_part_ms(self) -> int:
        return self.part_target_ms + 1
