"""Who is one person to a drop, how much of it one network gets, and for how long a piece is held:
the whole policy.

A person is an account, for who is signed in when they ask, and otherwise a guest: a browser that
shows the token of its earlier hold. Somebody who shows nothing is a new guest. So a guest's limit
binds honest people alone, and what binds the others is their client network (kit/network: an IPv4
address, an IPv6 /64): all who ask from one together hold and buy at most what `network_room` says.
A household or an office gets several pieces; who invents guests in one place does not get the drop.

A piece is held as long as the drop runs, and never longer than other goods: what is not paid for
has to come back while somebody can still take it. But nobody fills in a checkout in less than
`SHORTEST_HOLD`. Who begins to pay gets the two minutes more that everybody gets.

Not built: the same e-mail address or card at the payment, proof of work. Whoever rents many
networks gets as much as that many people.
"""

from __future__ import annotations

from math import ceil

NETWORK_BUYERS = 4
"""One network gets as much as this many people do."""
NETWORK_SHARE = 20
"""Or this part of the units where that is more: mobile networks hide many people behind one
address.
"""
SHORTEST_HOLD = 90
"""Seconds."""
MOST_PLANNED = 20
"""Drops of a show that wait to be opened, and as many coupons: its team reads all of them, and so
do the sellers they ask.
"""


def longest_hold(runs_s: int) -> int:
    """Seconds for which a piece is held at most, of a drop that runs for `runs_s`."""
    return max(SHORTEST_HOLD, runs_s)


def network_room(units: int, per_person: int) -> int:
    """Pieces of a drop that one client network may hold and buy."""
    return max(per_person * NETWORK_BUYERS, ceil(units / NETWORK_SHARE))
