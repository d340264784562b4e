"""Values of `viewers` as others see them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from showfloor.kit import csv, ids
from showfloor.privacy.types import Erasure, Holding
from showfloor.privacy.types.cases import AgeCase, Policy
from showfloor.privacy.views import limit_view
from showfloor.shows.types import Show
from showfloor.viewers.schemas import (
    ErasureOut,
    FollowedHost,
    HoldingOut,
    KeptAddressesOut,
    KeptAddressOut,
    OwnDataOut,
    ReceiptOut,
    ViewerLimitOut,
    ViewerOut,
    ViewerSessionOut,
    ViewerSessionsOut,
    WaitedForShow,
    WantedOut,
    WantedShow,
)
from showfloor.viewers.types import KeptAddress, Viewer, ViewerSession, Wanted


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


def address_view(kept: KeptAddress) -> KeptAddressOut:
    return KeptAddressOut(id=ids.encode("adr", kept.id), **asdict(kept.place))


def addresses_view(kept: Sequence[KeptAddress]) -> KeptAddressesOut:
    return KeptAddressesOut(addresses=[address_view(each) for each in kept])


def wanted_view(wanted: Wanted) -> WantedOut:
    return WantedOut(
        hosts=[
            FollowedHost(
                creator_id=ids.encode("cre", creator.id),
                name=creator.name,
                avatar_url=creator.avatar_url,
                next_show=_show(show) if show else None,
            )
            for creator, show in wanted.hosts
        ],
        shows=[
            WaitedForShow(**_show(show).model_dump(), host=creator.name)
            for show, creator in wanted.shows
        ],
    )


def _show(show: Show) -> WantedShow:
    return WantedShow(
        id=ids.encode("show", show.id),
        slug=show.slug,
        title=show.title,
        starts_at=show.starts_at,
    )


def own_data_view(holdings: Sequence[Holding]) -> OwnDataOut:
    return OwnDataOut(
        holdings=[
            HoldingOut(name=each.name, rows=[dict(row) for row in each.rows]) for each in holdings
        ]
    )


def archive(holdings: Sequence[Holding]) -> bytes:
    """All of it as one ZIP: `data.json` for programs, a file for each part for spreadsheets
    (GDPR art 20(1)).
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        everything = {each.name: [dict(row) for row in each.rows] for each in holdings}
        zipped.writestr("data.json", json.dumps(everything, ensure_ascii=False, indent=1))
        for each in holdings:
            zipped.writestr(f"{each.name}.csv", csv.BYTE_ORDER_MARK + _table(each))
    return written.getvalue()


def _table(holding: Holding) -> str:
    if not holding.rows:
        return ""
    head = list(holding.rows[0])
    body = [[_cell(row[name]) for name in head] for row in holding.rows]
    return csv.rows_text([head, *body])


def _cell(value: str | int | None) -> str | int:
    return "" if value is None else value


def viewer_limit_view(case: AgeCase | None, policy: Policy) -> ViewerLimitOut:
    return ViewerLimitOut(limit=limit_view(case, policy) if case else None)


def erasure_view(erasure: Erasure, token: str) -> ErasureOut:
    request = erasure.request
    return ErasureOut(
        token=token,
        asked_at=request.asked_at,
        due_at=request.due_at,
        done_at=request.done_at,
        receipts=[
            ReceiptOut(name=each.eraser, rows=each.rows, at=each.at) for each in erasure.receipts
        ],
        waiting=list(erasure.waiting),
    )
