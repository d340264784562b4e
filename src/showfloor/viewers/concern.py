"""What becomes of a viewer's account whose owner may be a child."""

from __future__ import annotations

from showfloor.privacy.types.cases import About, Concern
from showfloor.viewers.service import limits

CONCERN = Concern(About.ACCOUNT, limits.limit, limits.lift, limits.purge, limits.contact)
