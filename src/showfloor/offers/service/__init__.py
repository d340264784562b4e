"""Use cases of `offers`: planning and running a drop, taking part in it, ending it, checking it."""

from showfloor.offers.rules.chain import LONGEST_LINE
from showfloor.offers.service.ending import close_drops_of_show, end_drops
from showfloor.offers.service.planning import (
    agree_drop,
    announce_drop,
    cancel_drop,
    list_drops,
    list_of_product,
    plan_drop,
    show_of_drop,
    withdraw_drop,
)
from showfloor.offers.service.reading import find_log, read_log
from showfloor.offers.service.taking import find_drop, give_back, note_paid, take
from showfloor.offers.service.verifying import verify_drop

__all__ = [
    "LONGEST_LINE",
    "agree_drop",
    "announce_drop",
    "cancel_drop",
    "close_drops_of_show",
    "end_drops",
    "find_drop",
    "find_log",
    "give_back",
    "list_drops",
    "list_of_product",
    "note_paid",
    "plan_drop",
    "read_log",
    "show_of_drop",
    "take",
    "verify_drop",
    "withdraw_drop",
]
