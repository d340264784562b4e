"""Texts in the models of requests, cleaned (`kit.text`) before their length is judged."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from showfloor.kit.text import (
    LONGEST_SKU,
    clean_digits,
    clean_email,
    clean_line,
    clean_paragraphs,
    clean_postal_code,
)

Line = Annotated[str, AfterValidator(clean_line), Field(min_length=1, max_length=200)]
Title = Annotated[str, AfterValidator(clean_line), Field(min_length=1, max_length=120)]
OptionalLine = Annotated[str, AfterValidator(clean_line), Field(max_length=200)]
OptionalTitle = Annotated[str, AfterValidator(clean_line), Field(max_length=120)]
Paragraphs = Annotated[str, AfterValidator(clean_paragraphs), Field(max_length=2000)]
PostalCode = Annotated[str, AfterValidator(clean_postal_code), Field(min_length=1, max_length=20)]
# One @, no blank, a dot in the domain: whether the mailbox exists only a letter can tell.
Email = Annotated[
    str,
    AfterValidator(clean_email),
    StringConstraints(max_length=254, pattern=r"^[^@\s<>,;:]+@[^@\s<>,;:.]+(\.[^@\s<>,;:.]+)+$"),
]
Sku = Annotated[str, Field(min_length=1, max_length=LONGEST_SKU)]
CardNumber = Annotated[str, AfterValidator(clean_digits), Field(min_length=1, max_length=100)]
