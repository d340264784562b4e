"""What an import looks like on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from showfloor.feeds.schemas import (
    ImportChange,
    ImportFailure,
    ImportLine,
    ImportLines,
    ImportOut,
    ImportPage,
    ImportPicture,
    ImportPicturePage,
    ImportProblem,
)
from showfloor.feeds.types import (
    Change,
    Import,
    Line,
    LinePage,
    PictureCounts,
    PictureLine,
    PicturePage,
)
from showfloor.kit import ids
from showfloor.kit.messages import load, translate
from showfloor.kit.money import Money
from showfloor.kit.schemas import MoneyOut, fields_of

NO_PICTURES = PictureCounts()


def import_view(
    found: Import, problems: Iterable[Line], lang: str, pictures: PictureCounts = NO_PICTURES
) -> ImportOut:
    inside = ("counts", "fetched", "validators")
    values = {name: value for name, value in fields_of(found).items() if name not in inside}
    return ImportOut.model_validate(
        {
            **values,
            **fields_of(found.counts),
            "state": found.state.value,
            "failure": _failure(found, lang),
            "errors": [_problem(line, lang) for line in problems],
            "pictures": fields_of(pictures),
        }
    )


def page_view(
    found: list[Import], limit: int, lang: str, pictures: Mapping[UUID, PictureCounts]
) -> ImportPage:
    """One more than `limit` was read where there are more."""
    items = [
        import_view(each, (), lang, pictures.get(each.id, NO_PICTURES)) for each in found[:limit]
    ]
    more = len(found) > limit
    return ImportPage(
        items=items, next_cursor=ids.encode("imp", found[limit - 1].id) if more else None
    )


def lines_view(page: LinePage, lang: str) -> ImportLines:
    return ImportLines(
        items=[_line(line, lang) for line in page.lines],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


def pictures_view(page: PicturePage, lang: str) -> ImportPicturePage:
    return ImportPicturePage(
        items=[_picture(line, lang) for line in page.lines],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


def _picture(line: PictureLine, lang: str) -> ImportPicture:
    code, params = line.error, line.error_params
    return ImportPicture(
        product_id=ids.encode("prod", line.product_id),
        url=line.url,
        state=line.state.value,
        code=code,
        message=translate(lang, f"import_file.{code}", **params) if code else "",
    )


def _line(line: Line, lang: str) -> ImportLine:
    return ImportLine(
        kind=line.kind.value,
        row=line.row,
        name=line.name,
        sku=line.sku,
        changes=[_change(change) for change in line.changes],
        problem=_problem(line, lang) if line.code else None,
    )


def _change(change: Change) -> ImportChange:
    is_price = bool(change.currency)
    return ImportChange(
        field=change.field,
        sku=change.sku,
        was="" if is_price else change.was,
        now="" if is_price else change.now,
        was_price=_money(change.was, change.currency),
        now_price=_money(change.now, change.currency),
    )


def _money(amount: str, currency: str) -> MoneyOut | None:
    return MoneyOut.of(Money(int(amount), currency)) if currency and amount else None


def _problem(line: Line, lang: str) -> ImportProblem:
    params = {**line.params, "column": line.column}
    mend = f"import_mend.{line.code}"
    return ImportProblem(
        row=line.row,
        field=line.column,
        code=line.code,
        message=translate(lang, f"import_row.{line.code}", **params),
        mend=translate(lang, mend, **params) if load().has(mend) else "",
    )


def _failure(found: Import, lang: str) -> ImportFailure | None:
    if found.error is None:
        return None
    message = translate(lang, f"import_file.{found.error}", **found.error_params)
    return ImportFailure(code=found.error, message=message)
