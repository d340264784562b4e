"""Use cases of `replays`, one file a noun: replay, rewind, pictures, clips, captions, subtitles,
remote, disk_use.
"""

from showfloor.replays.service.captions import (
    delete_captions,
    edit_captions,
    list_captions,
    read_captions,
    write_captions,
)
from showfloor.replays.service.clips import (
    CLIPS,
    add_clip,
    change_clip,
    delete_clip,
    find_clip,
    list_clips,
    list_latest,
    list_unmade,
    order_clip,
    products_of,
    settle_files,
    show_clip,
)
from showfloor.replays.service.disk_use import list_disk_use
from showfloor.replays.service.pictures import MEDIA, list_undrawn, order_pictures, show_pictures
from showfloor.replays.service.remote import list_deleted, list_ended, prune
from showfloor.replays.service.replay import (
    PICTURES,
    REPLAYS,
    begin,
    change_replay,
    delete_outlived,
    delete_replay,
    facts_of,
    finish_deletion,
    get_cut,
    get_replay,
    list_outlived,
    list_unpublished,
    publish,
    write_subtitles,
)
from showfloor.replays.service.rewind import rewind
from showfloor.replays.service.subtitles import SUBTITLES
from showfloor.replays.service.subtitles import list_due as list_subtitles_due

__all__ = [
    "CLIPS",
    "MEDIA",
    "PICTURES",
    "REPLAYS",
    "SUBTITLES",
    "add_clip",
    "begin",
    "change_clip",
    "change_replay",
    "delete_captions",
    "delete_clip",
    "delete_outlived",
    "delete_replay",
    "edit_captions",
    "facts_of",
    "find_clip",
    "finish_deletion",
    "get_cut",
    "get_replay",
    "list_captions",
    "list_clips",
    "list_deleted",
    "list_disk_use",
    "list_ended",
    "list_latest",
    "list_outlived",
    "list_subtitles_due",
    "list_undrawn",
    "list_unmade",
    "list_unpublished",
    "order_clip",
    "order_pictures",
    "products_of",
    "prune",
    "publish",
    "read_captions",
    "rewind",
    "settle_files",
    "show_clip",
    "show_pictures",
    "write_captions",
    "write_subtitles",
]
