"""Wire models that every module's `schemas.py` shares, named as the front end knows them
(frontend/contract.ts).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""RFC 3339, as `clock.rfc3339` writes it. A text, so that nothing reads it and writes it otherwise.
"""


class Words(BaseModel):
    """The same words in every language."""

    en: str
    ar: str


class MoneyOut(BaseModel):
    """Minor units: 1999 USD is 19.99 US dollars."""

    amount: int
    currency: str


class MalformedField(BaseModel):
    """`path` leads into the request: `body/lines/0/sku`."""

    path: str
    problem: str


class RefusedLine(BaseModel):
    """What a refusal says of a SKU: how many are left (sold_out), or what it costs now
    (price_changed).
    """

    sku: str
    available: int | SkipJsonSchema[None] = None
    quantity: int | SkipJsonSchema[None] = None
    unit_price: MoneyOut | SkipJsonSchema[None] = None
    total: MoneyOut | SkipJsonSchema[None] = None


class Problem(BaseModel):
    """Every refusal (RFC 9457). `code` is stable; `detail` is a sentence in the reader's language
    that says what to do.

    The other members come with some codes only.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: list[MalformedField] | SkipJsonSchema[None] = Field(
        None, description="with validation_failed"
    )
    lines: list[RefusedLine] | SkipJsonSchema[None] = Field(
        None, description="with sold_out and price_changed"
    )
    total: MoneyOut | SkipJsonSchema[None] = Field(
        None, description="with price_changed: the sum now"
    )
    skus: list[str] | SkipJsonSchema[None] = Field(None, description="with not_for_sale")
    door: str | SkipJsonSchema[None] = Field(None, description="with adult_declaration_required")
