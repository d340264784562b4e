"""RTMP's media messages, handed to the publishing port."""

from __future__ import annotations

from showfloor.streaming.ports import AudioFrame, MediaSink, VideoFrame
from showfloor.streaming.rtmp import chunks, flv, messages


def hand_on(message: chunks.Message, sink: MediaSink) -> bool:
    """Hand sound and picture on; False for any other message.

    onMetaData is what the publisher claims; only what arrives counts.
    """
    kind = message.kind
    if kind == chunks.AUDIO:
        _hand_on_audio(message, sink)
    elif kind == chunks.VIDEO:
        _hand_on_video(message, sink)
    elif kind == chunks.AGGREGATE:
        for part in messages.split_aggregate(message):
            hand_on(part, sink)
    else:
        return False
    return True


def _hand_on_video(message: chunks.Message, sink: MediaSink) -> None:
    tag = flv.read_video(message.payload)
    if tag is None or tag.packet is flv.OTHER:
        return
    rest = memoryview(message.payload)[tag.offset :]
    if tag.packet is flv.CONFIG:
        sink.configure_video(tag.codec, bytes(rest))
    elif rest:
        sink.video(VideoFrame(tag.codec, message.timestamp, tag.composition, tag.key, rest))


def _hand_on_audio(message: chunks.Message, sink: MediaSink) -> None:
    tag = flv.read_audio(message.payload)
    if tag is None or tag.packet is flv.OTHER:
        return
    rest = memoryview(message.payload)[tag.offset :]
    if tag.packet is flv.CONFIG:
        sink.configure_audio(tag.codec, bytes(rest))
    elif rest:
        sink.audio(AudioFrame(tag.codec, message.timestamp, rest))
