"""How loud a stretch of sound is (EBU R 128, which is ITU-R BS.1770), by FFmpeg's `ebur128`."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping

import av
from av.filter import Graph

from showfloor.kit.contract import SoundMeasure

_OPTIONS = "metadata=1:peak=sample:framelog=quiet"
_ABSOLUTE_GATE = -70.0
"""LUFS: what `ebur128` says of sound in which nothing is louder."""


def measure(media: bytes) -> SoundMeasure:
    """An MP4 with one track of sound, as a whole. What cannot be decoded is left out; where nothing
    can be, no second was measured.
    """
    seconds = 0.0
    said: Mapping[str, str] = {}
    try:
        with av.open(io.BytesIO(media), mode="r") as container:
            for frame in _measured(container):
                seconds += frame.samples / frame.sample_rate
                said = frame.metadata or said
    except av.FFmpegError:
        pass  # what was measured before the fault holds
    return _read(seconds, said)


def _measured(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        return
    graph = Graph()
    source = graph.add_abuffer(template=stream)
    meter = graph.add("ebur128", _OPTIONS)
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    for packet in container.demux(stream):
        try:
            decoded = packet.decode()
        except av.InvalidDataError:
            continue
        for frame in decoded:
            graph.push(frame)
            yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield frame


def _read(seconds: float, said: Mapping[str, str]) -> SoundMeasure:
    loudness = float(said.get("lavfi.r128.I", _ABSOLUTE_GATE))
    peak = float(said.get("lavfi.r128.sample_peak", 0.0))
    return SoundMeasure(
        seconds=round(seconds, 1),
        loudness=round(loudness, 1) if loudness > _ABSOLUTE_GATE else None,
        peak=round(20 * math.log10(peak), 1) if peak > 0 else None,
    )
