"""Use cases of `shows`, one file a noun: access, schedule, captions, covers, shelf, lifecycle,
cues, ingest_reports, destinations, preflight, rehearsals, remotes, room.
"""

from showfloor.shows.rules import slug_of
from showfloor.shows.service.access import (
    find_public_show,
    get_own_show,
    get_public_show,
    get_show,
    get_shows,
    may_run,
    name_of_team,
)
from showfloor.shows.service.captions import (
    add_caption,
    delete_captions,
    edit_captions,
    list_captions,
    replace_captions,
)
from showfloor.shows.service.covers import set_cover
from showfloor.shows.service.cues import (
    disclose,
    end_cue,
    get_own_cue,
    list_carried_cues,
    list_timeline,
    list_whole_timeline,
    pin,
)
from showfloor.shows.service.destinations import (
    get_broadcast,
    get_destination,
    get_show_to_send,
)
from showfloor.shows.service.ingest_reports import (
    admit_publisher,
    interrupt_lost_shows,
    note_ingest,
    note_ingests,
)
from showfloor.shows.service.lifecycle import (
    check_importable,
    end_imported,
    end_show,
    go_live,
    set_clips,
    set_replay,
)
from showfloor.shows.service.preflight import check_preflight
from showfloor.shows.service.recording_copy import get_signal
from showfloor.shows.service.rehearsals import (
    REHEARSALS,
    discard_old_rehearsals,
    end_rehearsal,
    find_rehearsal,
    list_rehearsals,
    note_figures,
    start_rehearsal,
)
from showfloor.shows.service.remotes import (
    end_remote,
    get_remote,
    invite_remote,
    join_remote,
    list_remotes,
    pin_by_remote,
    unpin_by_remote,
    view_by_remote,
)
from showfloor.shows.service.schedule import (
    change_show,
    create_show,
    find_next,
    list_shows,
    list_upcoming,
    list_watchable,
)
from showfloor.shows.service.shelf import (
    add_product,
    arrange_products,
    refresh_product,
    remove_product,
    with_shelf,
    with_shelves,
)

__all__ = [
    "REHEARSALS",
    "add_caption",
    "add_product",
    "admit_publisher",
    "arrange_products",
    "change_show",
    "check_importable",
    "check_preflight",
    "create_show",
    "delete_captions",
    "discard_old_rehearsals",
    "disclose",
    "edit_captions",
    "end_cue",
    "end_imported",
    "end_rehearsal",
    "end_remote",
    "end_show",
    "find_next",
    "find_public_show",
    "find_rehearsal",
    "get_broadcast",
    "get_destination",
    "get_own_cue",
    "get_own_show",
    "get_public_show",
    "get_remote",
    "get_show",
    "get_show_to_send",
    "get_shows",
    "get_signal",
    "go_live",
    "interrupt_lost_shows",
    "invite_remote",
    "join_remote",
    "list_captions",
    "list_carried_cues",
    "list_rehearsals",
    "list_remotes",
    "list_shows",
    "list_timeline",
    "list_upcoming",
    "list_watchable",
    "list_whole_timeline",
    "may_run",
    "name_of_team",
    "note_figures",
    "note_ingest",
    "note_ingests",
    "pin",
    "pin_by_remote",
    "refresh_product",
    "remove_product",
    "replace_captions",
    "set_clips",
    "set_cover",
    "set_replay",
    "slug_of",
    "start_rehearsal",
    "unpin_by_remote",
    "view_by_remote",
    "with_shelf",
    "with_shelves",
]
