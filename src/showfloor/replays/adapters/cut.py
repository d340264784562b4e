"""A program: reads a `cutter.CutOrder` from its input, writes the files of a clip, and answers a
`cutter.CutClip`.

A clip keeps the pictures as the camera sent them. Where it begins between two key frames, only the
frames up to the next key frame are encoded again; they have parameter sets of their own (H.264
§7.3.2) under another id beside the camera's, so that a decoder takes both. Words in the picture,
and joining what two cameras sent, need all of it encoded again.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageDraw, ImageFont

from showfloor.kit.contract import from_json
from showfloor.kit.processes import fall_with_parent
from showfloor.replays.adapters.cutter import CutClip, CutOrder, Fragment, Label, Piece

if TYPE_CHECKING:
    AnyPacket = Packet[Any]

CPU_SECONDS = 600
MEMORY = 3 << 30
"""Bytes of addresses: encoding 1080p with a thread a core takes a third of it."""
OWN_PARAMETER_SETS = 17
"""The id of ours; encoders count from 0."""
CLOSE = Fraction(1, 50)
"""Seconds. A start this near to a key frame is that key frame."""
PARTS_OF = 4
"""Seconds, at least, of a segment of the clip's stream."""
POSTER = 1280
THREADS = ["-threads", "4"]
"""A machine with many cores must not need more memory than `MEMORY` for it."""
ENCODE = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "22", "-pix_fmt", "yuv420p", *THREADS]
"""A minute of 720p takes 18 s of a core, and superfast 29 s, for a fifth less of file."""
PLAIN = ["-movflags", "+faststart", "-f", "mp4"]


def main() -> None:
    os.nice(5)
    # ffmpeg inherits both.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    av.logging.set_level(av.logging.PANIC)
    order = from_json(CutOrder, sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(asdict(cut(order))))


def cut(order: CutOrder) -> CutClip:
    folder = Path(order.folder)
    pieces = [folder / f"piece-{number}.mp4" for number in range(len(order.pieces))]
    for piece, file in zip(order.pieces, pieces, strict=True):
        cut_piece(piece, file)
    clip = folder / "clip.mp4"
    if len(pieces) == 1 and not order.labels:
        _ffmpeg("-i", pieces[0], "-c", "copy", *PLAIN, clip)
    else:
        _encode(order, pieces, clip)
    for file in pieces:
        file.unlink()
    width, height, seconds = _draw_poster(clip, folder / "poster.webp")
    head, fragments = _stream(clip, folder)
    return CutClip(seconds, head, fragments, width, height, _codecs(clip))


def cut_piece(piece: Piece, file: Path) -> None:
    """`[start_ms, end_ms)` of the segments, as a file that begins at 0."""
    data = b"".join(Path(name).read_bytes() for name in (piece.init, *piece.segments))
    with (
        av.open(io.BytesIO(data), mode="r", format="mp4") as media,
        av.open(str(file), mode="w", format="mp4") as written,
    ):
        _Cut(media, written, piece).run()


class _Cut:
    """One piece on its way from `media` to `written`. Times are seconds from the first frame on."""

    def __init__(self, media: InputContainer, written: OutputContainer, piece: Piece) -> None:
        self.media, self.written = media, written
        self.start, self.end = Fraction(piece.start_ms, 1000), Fraction(piece.end_ms, 1000)
        self.packets = [packet for packet in media.demux() if packet.pts is not None]
        self.tracks = {
            track.index: written.add_stream_from_template(track) for track in media.streams
        }
        firsts = [self._at(packet) for packet in self.packets]
        self.zero = min(firsts, default=Fraction(0))

    def run(self) -> None:
        video = self.media.streams.video[0] if self.media.streams.video else None
        for track in self.media.streams:
            packets = [packet for packet in self.packets if packet.stream_index == track.index]
            if track is video:
                self._video(video, packets)
            else:
                self._copy([p for p in packets if self.start <= self._time(p) < self.end])

    def _video(self, track: VideoStream, packets: list[AnyPacket]) -> None:
        keys = [number for number, packet in enumerate(packets) if packet.is_keyframe]
        after = [n for n in keys if self._time(packets[n]) >= self.start - CLOSE]
        first = after[0] if after else len(packets)
        wanted = [n for n, packet in enumerate(packets) if self._time(packet) < self.end]
        last = wanted[-1] + 1 if wanted else 0
        key = packets[first] if first < last else None
        if key is None or self._time(key) > self.start + CLOSE:
            before = [n for n in keys if n < first and self._time(packets[n]) <= self.start]
            group = packets[before[-1] if before else 0 : first]
            self._encode_until(track, group, key)
        if key is not None:
            # Frames of an open group that are shown before its key frame need the group before.
            self._copy([p for p in packets[first:last] if self._time(p) >= self._time(key)])

    def _encode_until(
        self, track: VideoStream, packets: list[AnyPacket], key: AnyPacket | None
    ) -> None:
        """The frames from the start up to the key frame, or to the end."""
        until = min(self.end, self._time(key)) if key is not None else self.end
        # Decoding times of what is copied run ahead of its picture by this much.
        ahead = (key.pts or 0) - (key.dts or 0) if key is not None and key.dts is not None else 0
        out = self.tracks[track.index]
        encoder: av.VideoCodecContext | None = None
        frames = [f for f in self._decode(track, packets) if self.start <= self._frame(f) < until]
        for number, frame in enumerate(frames):
            if encoder is None:
                encoder = _encoder(track, frame)
                out.codec_context.extradata = _both(
                    bytes(track.codec_context.extradata or b""), bytes(encoder.extradata or b"")
                )
            frame.pict_type = av.video.frame.PictureType.NONE
            for packet in encoder.encode(frame):
                self._put_encoded(track, packet, ahead)
            if number == len(frames) - 1:
                for packet in encoder.encode(None):
                    self._put_encoded(track, packet, ahead)

    def _decode(self, track: VideoStream, packets: list[AnyPacket]) -> Iterator[VideoFrame]:
        decoder = track.codec_context
        decoder.thread_count = 1
        for packet in packets:
            yield from decoder.decode(packet)
        yield from decoder.decode(None)

    def _put_encoded(self, track: VideoStream, packet: AnyPacket, ahead: int) -> None:
        assert packet.pts is not None
        mine = Packet(_length_prefixed(bytes(packet)))
        mine.time_base = _base(track)
        mine.pts, mine.duration = packet.pts, packet.duration or 0
        mine.dts = packet.pts - ahead
        mine.is_keyframe = packet.is_keyframe
        self._put(mine, track.index)

    def _copy(self, packets: list[AnyPacket]) -> None:
        for packet in packets:
            self._put(packet, packet.stream_index)

    def _put(self, packet: AnyPacket, index: int) -> None:
        base = packet.time_base
        assert base is not None and packet.pts is not None
        shift = round((self.zero + self.start) / base)
        packet.pts -= shift
        if packet.dts is not None:
            packet.dts -= shift
        packet.stream = self.tracks[index]
        self.written.mux(packet)

    def _at(self, packet: AnyPacket) -> Fraction:
        assert packet.pts is not None and packet.time_base is not None
        return packet.pts * packet.time_base

    def _time(self, packet: AnyPacket) -> Fraction:
        return self._at(packet) - self.zero

    def _frame(self, frame: VideoFrame) -> Fraction:
        assert frame.pts is not None and frame.time_base is not None
        return frame.pts * frame.time_base - self.zero


def _encoder(track: VideoStream, frame: VideoFrame) -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = frame.format.name
    encoder.time_base = _base(track)
    encoder.framerate = track.average_rate or Fraction(30)
    encoder.thread_count = 2
    encoder.flags |= av.codec.context.Flags.global_header
    own = f"sps-id={OWN_PARAMETER_SETS}:bframes=0:scenecut=0:keyint=infinite"
    encoder.options = {"preset": "veryfast", "crf": "18", "x264-params": own}
    encoder.open()
    return encoder


def _base(track: VideoStream) -> Fraction:
    assert track.time_base is not None
    return track.time_base


def _nal_units(annex_b: bytes) -> list[bytes]:
    return [unit.rstrip(b"\0") for unit in re.split(b"\0\0\0?\1", annex_b) if unit]


def _length_prefixed(annex_b: bytes) -> bytes:
    """As fMP4 has them (ISO/IEC 14496-15 §4.3), four bytes of length."""
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in _nal_units(annex_b))


def _both(config: bytes, annex_b: bytes) -> bytes:
    """The camera's AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1) with our parameter
    sets beside its own.
    """
    ours = {unit[0] & 31: unit for unit in _nal_units(annex_b)}
    at = 6
    sets: list[list[bytes]] = []
    for count_mask in (31, 255):
        units = []
        count = config[at if count_mask == 255 else 5] & count_mask
        at += 1 if count_mask == 255 else 0
        for _ in range(count):
            size = int.from_bytes(config[at : at + 2], "big")
            units.append(config[at + 2 : at + 2 + size])
            at += 2 + size
        sets.append(units)
    rest = config[at:]
    sets[0].append(ours[7])
    sets[1].append(ours[8])
    packed = [b"".join(len(u).to_bytes(2, "big") + u for u in units) for units in sets]
    head = config[:5] + bytes([0xE0 | len(sets[0])])
    return head + packed[0] + bytes([len(sets[1])]) + packed[1] + rest


def _encode(order: CutOrder, pieces: list[Path], clip: Path) -> None:
    """All of it again: pieces joined into the first one's size, and words in the picture. A piece
    without sound is silent where another has some.
    """
    folder = clip.parent
    with av.open(str(pieces[0]), mode="r") as media:
        track = media.streams.video[0]
        width, height = track.width & ~1, track.height & ~1
    inputs: list[str | Path] = []
    for piece in pieces:
        inputs += [*THREADS, "-i", piece]
    fit = (
        f"scale={width}:{height}:force_original_aspect_ratio=decrease,"
        f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,setsar=1"
    )
    sounds = [_has_sound(piece) for piece in pieces]
    steps = [f"[{n}:v]{fit}[v{n}]" for n in range(len(pieces))]
    if any(sounds):
        alike = "aformat=sample_rates=48000:channel_layouts=stereo"
        for number, (wanted, has_sound) in enumerate(zip(order.pieces, sounds, strict=True)):
            silence = f"aevalsrc=0:d={(wanted.end_ms - wanted.start_ms) / 1000:.3f}"
            source = f"[{number}:a]{alike}" if has_sound else f"{silence},{alike}"
            steps.append(f"{source}[a{number}]")
        joined = "".join(f"[v{n}][a{n}]" for n in range(len(pieces)))
        steps.append(f"{joined}concat=n={len(pieces)}:v=1:a=1[v][a]")
    else:
        joined = "".join(f"[v{n}]" for n in range(len(pieces)))
        steps.append(f"{joined}concat=n={len(pieces)}:v=1:a=0[v]")
    picture = "[v]"
    for number, label in enumerate(order.labels):
        file = folder / f"label-{number}.png"
        _write_label(label, width, height, file)
        inputs += ["-i", file]
        shown = f"between(t,{label.start_ms / 1000:.3f},{label.end_ms / 1000:.3f})"
        down = height // 40 + number * (height // 22 + height // 90)
        steps.append(
            f"{picture}[{len(pieces) + number}:v]"
            f"overlay=(W-w)/2:{down}:eof_action=repeat:enable='{shown}'[w{number}]"
        )
        picture = f"[w{number}]"
    graph = ";".join(steps)
    mapped = ["-map", picture, *(["-map", "[a]"] if any(sounds) else [])]
    _ffmpeg(*inputs, "-filter_complex", graph, *mapped, *ENCODE, "-c:a", "aac", *PLAIN, clip)
    for file in folder.glob("label-*.png"):
        file.unlink()


def _has_sound(piece: Path) -> bool:
    with av.open(str(piece), mode="r") as media:
        return bool(media.streams.audio)


def _write_label(label: Label, width: int, height: int, file: Path) -> None:
    size = height // 22
    while True:
        face = ImageFont.truetype(label.font, round(size * 0.6))
        left, top, right, bottom = face.getbbox(label.text)
        wide = round(right - left + size * 0.8)
        if wide <= width * 0.94 or size < 12:
            break
        size = size * 9 // 10
    picture = Image.new("RGBA", (wide, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, wide - 1, size - 1), radius=size // 3, fill=(20, 12, 18, 220))
    at = ((wide - (right - left)) / 2 - left, (size - (bottom - top)) / 2 - top)
    pen.text(at, label.text, font=face, fill=(255, 255, 255, 255))
    picture.save(file)


def _draw_poster(clip: Path, file: Path) -> tuple[int, int, float]:
    """Size of the picture and seconds of the clip; the poster is its first frame."""
    with av.open(str(clip), mode="r") as media:
        seconds = (media.duration or 0) / 1_000_000
        track = media.streams.video[0]
        frame = next(media.decode(track))
        picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV types it no further
    size = picture.size
    picture.thumbnail((POSTER, POSTER), Image.Resampling.LANCZOS)
    picture.save(file, "WEBP", quality=80)
    return (*size, seconds)


def _codecs(clip: Path) -> str:
    """By the decoder configurations (ISO/IEC 14496-15 §5.3.3, 14496-3 §1.6.2)."""
    with av.open(str(clip), mode="r") as media:
        video = bytes(media.streams.video[0].codec_context.extradata or b"")
        named = [f"avc1.{video[1:4].hex()}"]
        for track in media.streams.audio:
            config = bytes(track.codec_context.extradata or b"\x10")
            named.append(f"mp4a.40.{config[0] >> 3}")
    return ",".join(named)


def _stream(clip: Path, folder: Path) -> tuple[int, list[Fragment]]:
    """The same as one file of fragments (RFC 8216 §3.3) for players that follow the show clock."""
    _ffmpeg(
        *("-i", clip, "-c", "copy", "-f", "hls", "-hls_time", str(PARTS_OF)),
        *("-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
        *("-hls_flags", "single_file", "-hls_segment_filename", folder / "clip.m4s"),
        folder / "own.m3u8",
    )
    text = (folder / "own.m3u8").read_text()
    (folder / "own.m3u8").unlink()
    head = re.search(r'#EXT-X-MAP:.*BYTERANGE="(\d+)@0"', text)
    assert head is not None, text
    lines = re.findall(r"#EXTINF:([\d.]+),\s*\n#EXT-X-BYTERANGE:(\d+)@(\d+)", text)
    fragments = [Fragment(float(seconds), int(size), int(at)) for seconds, size, at in lines]
    return int(head[1]), fragments


def _ffmpeg(*arguments: str | Path) -> None:
    command = [get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, arguments)]
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        preexec_fn=partial(fall_with_parent, os.getpid()),
    )


if __name__ == "__main__":
    main()
