"""What becomes of a guest of a chat who may be a child."""

from __future__ import annotations

from showfloor.privacy.types.cases import About, Concern
from showfloor.room.service import limits

SAYINGS = limits.said_lately
CONCERN = Concern(
    About.GUEST,
    limits.limit_guest,
    limits.lift_guest,
    limits.purge_guest,
    limits.contact_guest,
)
