"""Where encoders put the stream key. Nothing else of what they ask for is kept."""

from __future__ import annotations

from urllib.parse import parse_qs

from showfloor.kit.text import clean_code


def read_key(app: str, name: str) -> str:
    """`?key=` of the name or the application, else the last path element of the name, else of the
    application; it may be empty.

    Encoders disagree on where a URL is split: OBS sends `live` and the key, others `live/room` and
    `folder/key`, or everything as application.
    """
    app_path, _, app_query = app.partition("?")
    name_path, _, name_query = name.partition("?")
    queried = _query_key(name_query) or _query_key(app_query)
    last = name_path.rstrip("/").rpartition("/")[2]
    # The first element of an application is its name, `live`, and never the key.
    key = queried or last or app_path.strip("/").partition("/")[2].rpartition("/")[2]
    # A key that was pasted brings blanks and marks along.
    return clean_code(key)


def _query_key(query: str) -> str:
    return parse_qs(query).get("key", [""])[0] if query else ""
