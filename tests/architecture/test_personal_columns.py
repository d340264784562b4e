"""Every column that tells something about a person is marked, and claimed by exactly one eraser."""

from __future__ import annotations

import re

from sqlalchemy import Column, Date

from showfloor.app.migrate import import_models
from showfloor.app.wiring import connect_erasers
from showfloor.kit.db import Base
from showfloor.privacy.service import list_erasers

LOOKS_PERSONAL = re.compile(
    r"email|phone|address|birth|^name$|full_name|line1|line2|city|postal|password|^ip$|user_agent"
)
NOT_PERSONAL = {
    "merchant.name",  # a company's
    "creator.name",  # a stage name, public by choice
    "product.name",
    "coupon.name",  # what a show's team calls it
    "import_line.name",  # a product's
    "delivery_option.name",  # what a seller calls a way of delivery
    "destination.name",  # what a show's team calls another network
    "job_failure.name",  # a periodic job's
}


def _columns() -> list[Column[object]]:
    import_models()
    return [column for table in Base.metadata.sorted_tables for column in table.columns]


def test_columns_that_look_personal_are_marked() -> None:
    unmarked = {
        f"{column.table.name}.{column.name}"
        for column in _columns()
        if LOOKS_PERSONAL.search(column.name) and not column.info
    }

    assert unmarked - NOT_PERSONAL == set()


def test_each_personal_column_has_exactly_one_eraser() -> None:
    connect_erasers()
    names = [eraser.name for eraser in list_erasers()]

    claimed = {column.info["personal"] for column in _columns() if "personal" in column.info}

    assert claimed <= set(names)
    assert len(names) == len(set(names))
    assert claimed != set()


def test_no_eraser_without_a_column() -> None:
    connect_erasers()

    claimed = {column.info["personal"] for column in _columns() if "personal" in column.info}

    assert {eraser.name for eraser in list_erasers()} <= claimed


def test_no_column_holds_a_day_on_which_somebody_could_be_born() -> None:
    """A date of birth becomes a band in memory; a column of type date would be a place for it."""
    dates = {f"{column.table.name}.{column.name}" for column in _columns() if _is_date(column)}

    assert dates == set()


def _is_date(column: Column[object]) -> bool:
    return isinstance(column.type, Date)
