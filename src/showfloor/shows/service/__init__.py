"""Use cases of `shows`, one file a noun: schedule, shelf, lifecycle, cues, signal, page."""

from showfloor.shows.service.cues import end_cue, list_timeline, pin
from showfloor.shows.service.lifecycle import end_show, go_live
from showfloor.shows.service.page import show_view, show_views
from showfloor.shows.service.schedule import (
    change_show,
    create_show,
    find_public_show,
    get_public_show,
    get_show,
    list_shows,
    list_upcoming,
)
from showfloor.shows.service.shelf import add_product, refresh_product, remove_product
from showfloor.shows.service.signal import (
    admit_publisher,
    interrupt_lost_shows,
    note_ingest,
    note_ingests,
)

__all__ = [
    "add_product",
    "admit_publisher",
    "change_show",
    "create_show",
    "end_cue",
    "end_show",
    "find_public_show",
    "get_public_show",
    "get_show",
    "go_live",
    "interrupt_lost_shows",
    "list_shows",
    "list_timeline",
    "list_upcoming",
    "note_ingest",
    "note_ingests",
    "pin",
    "refresh_product",
    "remove_product",
    "show_view",
    "show_views",
]
