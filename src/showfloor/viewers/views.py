"""Values of `viewers` as others see them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from showfloor.kit import ids
from showfloor.viewers.schemas import ViewerOut, ViewerSessionOut, ViewerSessionsOut
from showfloor.viewers.types import Viewer, ViewerSession


def viewer_view(viewer: Viewer, csrf: str, token: str | None = None) -> ViewerOut:
    return ViewerOut(
        id=ids.encode("vwr", viewer.id),
        email=viewer.email,
        language=viewer.language,
        created_at=viewer.created_at,
        csrf=csrf,
        token=token,
    )


def sessions_view(sessions: Sequence[ViewerSession], own: UUID | None) -> ViewerSessionsOut:
    return ViewerSessionsOut(
        sessions=[
            ViewerSessionOut(
                id=ids.encode("vss", one.id),
                current=one.id == own,
                browser=one.browser,
                created_at=one.created_at,
                expires_at=one.expires_at,
            )
            for one in sessions
        ]
    )
