"""Lines of HLS playlists that live shows and replays write alike (RFC 8216bis)."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

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
