"""Use cases of `replays`, one file a noun: replay, pictures."""

from showfloor.replays.service.pictures import list_undrawn, order_pictures, show_pictures
from showfloor.replays.service.replay import (
    PICTURES,
    REPLAYS,
    begin,
    change_replay,
    delete_replay,
    facts_of,
    get_replay,
    list_unpublished,
    publish,
)

__all__ = [
    "PICTURES",
    "REPLAYS",
    "begin",
    "change_replay",
    "delete_replay",
    "facts_of",
    "get_replay",
    "list_undrawn",
    "list_unpublished",
    "order_pictures",
    "publish",
    "show_pictures",
]
