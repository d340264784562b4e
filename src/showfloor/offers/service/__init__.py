"""Use cases of `offers`. Drops: planning and running one, taking part in it, ending and checking
it. Coupons: planning and opening one, claiming it, using it. Waiting lists: joining and leaving
one, offering what is free again.
"""

from showfloor.offers.rules.chain import LONGEST_LINE
from showfloor.offers.rules.claiming import claim_of_token, claim_token
from showfloor.offers.rules.waiting import (
    leave_token,
    place_of_leave_token,
    place_of_token,
    wait_token,
)
from showfloor.offers.service.claiming import (
    Claimant,
    claim_coupon,
    claim_of,
    end_coupons,
    follows_host,
    forget_old_claimants,
)
from showfloor.offers.service.coupons import (
    agree_coupon,
    close_coupon,
    close_coupons_of_show,
    get_shown_coupon,
    list_asked_coupons,
    list_coupons,
    open_coupon,
    plan_coupon,
    withdraw_coupon,
)
from showfloor.offers.service.ending import close_drops_of_show, end_drops
from showfloor.offers.service.fetching import fetch_piece
from showfloor.offers.service.offering import find_offer, offer_freed
from showfloor.offers.service.planning import (
    agree_drop,
    announce_drop,
    cancel_drop,
    list_asked_drops,
    list_drops,
    list_of_product,
    plan_drop,
    show_of_drop,
    withdraw_drop,
)
from showfloor.offers.service.reading import (
    find_log,
    find_waiting_log,
    read_log,
    read_waiting_log,
)
from showfloor.offers.service.taking import find_drop, give_back, note_paid, take
from showfloor.offers.service.using import (
    Use,
    begin_use,
    check_buyer,
    find_discounts,
    find_held,
    note_used,
)
from showfloor.offers.service.using import give_back as give_coupons_back
from showfloor.offers.service.verifying import verify_drop, verify_waiting
from showfloor.offers.service.waiting import count_paying as count_paying_waits
from showfloor.offers.service.waiting import erase as erase_waits
from showfloor.offers.service.waiting import (
    find_wait,
    join,
    lapse_old,
    leave,
    list_waits,
)

__all__ = [
    "LONGEST_LINE",
    "Claimant",
    "Use",
    "agree_coupon",
    "agree_drop",
    "announce_drop",
    "begin_use",
    "cancel_drop",
    "check_buyer",
    "claim_coupon",
    "claim_of",
    "claim_of_token",
    "claim_token",
    "close_coupon",
    "close_coupons_of_show",
    "close_drops_of_show",
    "count_paying_waits",
    "end_coupons",
    "end_drops",
    "erase_waits",
    "fetch_piece",
    "find_discounts",
    "find_drop",
    "find_held",
    "find_log",
    "find_offer",
    "find_wait",
    "find_waiting_log",
    "follows_host",
    "forget_old_claimants",
    "get_shown_coupon",
    "give_back",
    "give_coupons_back",
    "join",
    "lapse_old",
    "leave",
    "leave_token",
    "list_asked_coupons",
    "list_asked_drops",
    "list_coupons",
    "list_drops",
    "list_of_product",
    "list_waits",
    "note_paid",
    "note_used",
    "offer_freed",
    "open_coupon",
    "place_of_leave_token",
    "place_of_token",
    "plan_coupon",
    "plan_drop",
    "read_log",
    "read_waiting_log",
    "show_of_drop",
    "take",
    "verify_drop",
    "verify_waiting",
    "wait_token",
    "withdraw_coupon",
    "withdraw_drop",
]
