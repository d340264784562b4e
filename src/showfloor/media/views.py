"""What destinations look like on the wire."""

from __future__ import annotations

from showfloor.kit import ids
from showfloor.media.platforms import Platform
from showfloor.media.schemas import BrokenRuleOut, DestinationOut, PlatformOut, PlatformsOut
from showfloor.media.types import BrokenRule, DestinationView


def destination_view(view: DestinationView) -> DestinationOut:
    destination, line = view.destination, view.line
    return DestinationOut(
        id=ids.encode("dest", destination.id),
        platform=view.platform,
        name=destination.name,
        url=destination.url,
        key_hint=f"…{destination.key_hint}" if destination.key_hint else "",
        started=destination.wanted,
        state=view.state,
        since=line.since if line is not None else None,
        bytes=line.bytes if line is not None else 0,
        dropped=line.dropped if line is not None else 0,
        reconnects=line.reconnects if line is not None else 0,
        slow=line.slow if line is not None else False,
        reason=view.reason,
        detail=line.detail if line is not None else "",
        broken_rules=[_rule_view(rule) for rule in view.broken_rules],
    )


def platforms_view(platforms: list[tuple[Platform, bool]]) -> PlatformsOut:
    return PlatformsOut(
        items=[
            PlatformOut(
                code=platform.code,
                title=platform.title,
                url=platform.address,
                forbidden=forbidden,
            )
            for platform, forbidden in platforms
        ]
    )


def _rule_view(rule: BrokenRule) -> BrokenRuleOut:
    return BrokenRuleOut(
        code=rule.code,
        forbids=rule.forbids,
        params=rule.params,
        source=rule.source,
        read_on=rule.read_on.isoformat() if rule.read_on is not None else None,
        source_url=rule.source_url,
    )
