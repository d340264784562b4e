"""What becomes of a purchase whose buyer may be a child."""

from __future__ import annotations

from showfloor.orders.service import limits
from showfloor.privacy.types.cases import About, Concern

CONCERN = Concern(
    About.ORDER,
    limits.limit_order,
    limits.lift_order,
    limits.purge_order,
    limits.contact_order,
)
