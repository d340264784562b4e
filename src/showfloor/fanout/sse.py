"""The bytes of server-sent events (HTML Living Standard §9.2.5–9.2.6). Encoded once for all
viewers.

Values come as JSON text from PostgreSQL, which escapes line breaks, so every event has exactly one
`data:` line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

RETRIES = tuple(b"retry: %d\n\n" % each for each in range(500, 3000, 50))
"""Milliseconds until a browser that lost its stream connects again. Each viewer is given another
number, so that those who lost a server together do not come back together.
"""
HEARTBEAT = b": hb\n\n"
REUSE_MS = 1000
"""Milliseconds for which an encoded snapshot or state may be sent to new viewers: they set their
clock by the time in it.
"""


def snapshot(seq: int, ts: int, entries: Mapping[str, str]) -> bytes:
    """The whole room: `entries` maps keys to JSON text, `ts` is milliseconds since the epoch."""
    body = ",".join(f"{_text(key)}:{value}" for key, value in entries.items())
    return (
        f'event: snapshot\nid: {seq}\ndata: {{"seq":{seq},"ts":{ts},"entries":{{{body}}}}}\n\n'
    ).encode()


def change(seq: int, ts: int, key: str, value: str | None) -> bytes:
    """One key was set to JSON text, or deleted (None)."""
    shown = "null" if value is None else value
    return (
        f"event: set\nid: {seq}\ndata: "
        f'{{"seq":{seq},"ts":{ts},"key":{_text(key)},"value":{shown}}}\n\n'
    ).encode()


def state(seq: int, ts: int, viewers: int, stock: str, hearts: int, questions: int) -> bytes:
    """The values that change often, sent whole each time.

    It has no `id`, so that the browser's Last-Event-ID stays that of the log.
    """
    return (
        f'event: state\ndata: {{"seq":{seq},"ts":{ts},"viewers":{viewers},"hearts":{hearts},'
        f'"questions":{questions},"stock":{stock}}}\n\n'
    ).encode()


def message(seq: int, ts: int, value: str) -> bytes:
    """Something was said, or is not shown any more: `value` is the text of a JSON object.

    It has no `id` either: messages have no place in the log.
    """
    return f'event: message\ndata: {{"seq":{seq},"ts":{ts},{value[1:]}\n\n'.encode()


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
