"""One show's destinations, and the frames that go to all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from showfloor.kit import clock
from showfloor.kit.addresses import read_networks
from showfloor.kit.contract import DestinationLine, DestinationOrder
from showfloor.kit.network import tls_context
from showfloor.streaming.codecs.aac import AudioConfig
from showfloor.streaming.codecs.h264 import VideoConfig
from showfloor.streaming.config import StreamingConfig
from showfloor.streaming.packaging.audio import Packet
from showfloor.streaming.packaging.cmaf import Tracks
from showfloor.streaming.packaging.packager import Frame
from showfloor.streaming.push import tags
from showfloor.streaming.push.destination import Destination, PushSettings
from showfloor.streaming.push.tags import Tag

_MOST_WAITING = 40
"""Packets of sound behind a picture that is not followed by another."""
_GROUP_BYTES = 16 << 20
_GROUP_TAGS = 4_000
"""A longer group of pictures is not kept: a new destination waits for the next key frame."""


class Simulcast:
    """A FrameSink that lives as long as its show: publishers come and go, connections to other
    networks stay.

    Sends while the show is on the air and never the preview. The newest group of pictures is kept,
    so that a destination starts at once and with a key frame. A picture waits for the next one,
    because an encoder may still send slices of it; sound waits behind it, so that everything stays
    in the order in which it came.
    """

    def __init__(self, settings: PushSettings) -> None:
        self.flows = asyncio.Event()
        self._settings = settings
        self._destinations: dict[str, Destination] = {}
        self._on_air = False
        self._tracks = Tracks(None, None)
        self._video: VideoConfig | None = None
        self._audio: AudioConfig | None = None
        self._offset: int | None = None
        """From a publisher's media time to the push clock, which never goes back; None before the
        first frame of a publisher.
        """
        self._newest = 0
        self._picture: tuple[int, Frame, list[memoryview]] | None = None
        self._behind: list[Tag] = []
        self._group: list[Tag] = []
        self._group_bytes = 0
        self._idle: asyncio.TimerHandle | None = None

    # What web says

    def apply(self, orders: Sequence[DestinationOrder]) -> None:
        """Make the destinations equal to web's orders. One with a new address, key or attempt
        starts anew.
        """
        wanted = {order.id: order for order in orders}
        for name, running in list(self._destinations.items()):
            if wanted.get(name) != running.order:
                running.stop()
                del self._destinations[name]
        for name, order in wanted.items():
            if name not in self._destinations:
                self._destinations[name] = Destination(order, self, self._settings)
        self._forget_if_unwanted()

    def set_on_air(self, on_air: bool) -> None:
        self._on_air = on_air
        self._forget_if_unwanted()

    def report(self) -> list[DestinationLine]:
        return [destination.line() for destination in self._destinations.values()]

    def close(self) -> None:
        """The show leaves memory, or the process ends."""
        self.apply([])

    def _forget_if_unwanted(self) -> None:
        if not self._sends:
            self._picture = None
            self._behind.clear()
            self._clear_group()
            self.flows.clear()

    @property
    def _sends(self) -> bool:
        return self._on_air and bool(self._destinations)

    # FrameSink

    def start(self, tracks: Tracks) -> None:
        self._tracks = tracks
        self._video, self._audio = tracks.video, tracks.audio
        self._offset = None
        self._clear_group()
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def video(self, frame: Frame, config: VideoConfig) -> None:
        if not self._sends:
            self._video = config
            return
        time = self._place(frame.time)
        self._flush()
        if config != self._video:
            self._video = config
            self._send([tags.video_header(time, config)])
        # Our own list: other sinks add later slices to the frame's.
        self._picture = time, frame, list(frame.pieces)

    def more_video(self, pieces: list[memoryview]) -> None:
        if self._picture is not None:
            self._picture[2].extend(pieces)

    def audio(self, packet: Packet, config: AudioConfig) -> None:
        if not self._sends:
            self._audio = config
            return
        time = self._place(packet.time)
        if config != self._audio:
            self._audio = config
            self._behind.append(tags.audio_header(time, config))
        tag = tags.audio_tag(time, packet)
        # Without pictures, sound can start anywhere.
        self._behind.append(tag if self._tracks.video is not None else tag._replace(key=True))
        if self._picture is None or len(self._behind) >= _MOST_WAITING:
            self._flush()

    def finish(self) -> None:
        """The publisher is gone, for a moment or for good."""
        self._flush()
        self._clear_group()
        seconds = self._settings.config.push_idle_seconds
        self._idle = asyncio.get_running_loop().call_later(seconds, self.flows.clear)

    # Programme

    def opening(self) -> list[Tag]:
        if not self._group:
            return []
        time = self._group[0].time
        headers = [tags.metadata(time, Tracks(self._video, self._audio))]
        if self._video is not None:
            headers.append(tags.video_header(time, self._video))
        if self._audio is not None:
            headers.append(tags.audio_header(time, self._audio))
        return headers + self._group

    def _place(self, time: int) -> int:
        """A new publisher's clock continues where real time is."""
        if self._offset is None:
            self._offset = max(round(clock.monotonic() * 1000), self._newest + 1) - time
        placed = time + self._offset
        self._newest = max(self._newest, placed)
        return placed

    def _flush(self) -> None:
        """Send the picture that is complete now and the sound that came after it."""
        ready = self._behind
        if self._picture is not None:
            ready = [tags.video_tag(*self._picture), *ready]
            self._picture = None
        if ready:
            self._behind = []
            self._send(ready)

    def _send(self, ready: list[Tag]) -> None:
        self._keep(ready)
        self.flows.set()
        for destination in self._destinations.values():
            destination.send(ready)

    def _keep(self, ready: list[Tag]) -> None:
        for tag in ready:
            if tag.key:
                self._clear_group()
            elif not self._group:
                continue
            self._group.append(tag)
            self._group_bytes += len(tag.body)
        if self._group_bytes > _GROUP_BYTES or len(self._group) > _GROUP_TAGS:
            self._clear_group()

    def _clear_group(self) -> None:
        self._group = []
        self._group_bytes = 0


class SimulcastFactory:
    """Makes the simulcast of each show of a process."""

    def __init__(self, config: StreamingConfig, changed: Callable[[], None]) -> None:
        self._settings = PushSettings(
            config,
            read_networks(config.push_networks),
            tls_context,
            changed,
        )

    def __call__(self) -> Simulcast:
        return Simulcast(self._settings)
