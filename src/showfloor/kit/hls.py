"""Lines of HLS playlists that live shows and replays write alike (RFC 8216bis)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from showfloor.kit import clock
from showfloor.kit.contract import CarriedCue, to_json


def date_range(cue: CarriedCue) -> str:
    """A cue as EXT-X-DATERANGE (§4.4.5.1). X-CUE keeps `end: null`: an attribute of one ID must
    never change, or players drop the update.
    """
    body = base64.b64encode(to_json(replace(cue, end=None))).decode()
    end = f',END-DATE="{cue.end}"' if cue.end is not None else ""
    return (
        f'#EXT-X-DATERANGE:ID="{cue.id}",CLASS="showfloor.{cue.kind}"'
        f',START-DATE="{cue.start}"{end},X-CUE="{body}"'
    )


def date_time(moment: float) -> str:
    """Epoch ms as RFC 3339 with milliseconds, as EXT-X-PROGRAM-DATE-TIME has it (§4.4.4.6)."""
    return clock.rfc3339(datetime.fromtimestamp(round(moment) / 1000, UTC))


def stream_inf(
    *, codecs: str, peak: int, average: int, size: tuple[int, int] | None, frame_rate: float | None
) -> str:
    """EXT-X-STREAM-INF (§4.4.6.2): `peak` and `average` are bits per second, `size` pixels."""
    attributes = [f"BANDWIDTH={peak}", f"AVERAGE-BANDWIDTH={average}", f'CODECS="{codecs}"']
    if size is not None:
        attributes.append(f"RESOLUTION={size[0]}x{size[1]}")
    if frame_rate:
        attributes.append(f"FRAME-RATE={frame_rate:.3f}")
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


_SUBTITLES = "#EXT-X-MEDIA:TYPE=SUBTITLES"
_GROUP = "captions"
_IN_GROUP = f',SUBTITLES="{_GROUP}"'


class Subtitles(NamedTuple):
    """`language` is a tag (BCP 47)."""

    language: str
    name: str
    address: str


def with_subtitles(multivariant: str, renditions: Sequence[Subtitles]) -> str:
    """The playlist with these renditions of what is said and no others (§4.4.6.1), for players that
    draw it themselves.
    """
    lines = [line for line in multivariant.splitlines() if not line.startswith(_SUBTITLES)]
    lines = [line.replace(_IN_GROUP, "") for line in lines]
    if not renditions:
        return "\n".join([*lines, ""])
    lines = [line + _IN_GROUP if line.startswith("#EXT-X-STREAM-INF") else line for line in lines]
    first = next(n for n, line in enumerate(lines) if line.startswith("#EXT-X-STREAM-INF"))
    named = [
        f'{_SUBTITLES},GROUP-ID="{_GROUP}",NAME="{each.name}",LANGUAGE="{each.language}"'
        f',DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,URI="{each.address}"'
        for each in renditions
    ]
    return "\n".join([*lines[:first], *named, *lines[first:], ""])
