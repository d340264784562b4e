"""Where encoders put the stream key, and how it is kept out of everything else."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs


class PublishName(NamedTuple):
    """What a publisher asked for. `app` is safe to log: it never holds the key."""

    key: str
    app: str


def read(app: str, name: str) -> PublishName:
    """The key is `?key=` of the name or the application, else the last path element of the name, else of the application.

    Encoders disagree on where a URL is split: OBS sends `live` and the key, others `live/room` and `folder/key`, or everything
    as application.
    """
    app_path, _, app_query = app.partition("?")
    name_path, _, name_query = name.partition("?")
    app_path = app_path.strip("/")
    asked = _query_key(name_query) or _query_key(app_query)
    if asked:
        return PublishName(asked, app_path.split("/")[0])
    last = name_path.rstrip("/").rpartition("/")[2]
    if last:
        return PublishName(last, app_path)
    first, _, rest = app_path.partition("/")
    return PublishName(rest.rpartition("/")[2], first)


def _query_key(query: str) -> str:
    return parse_qs(query).get("key", [""])[0] if query else ""
