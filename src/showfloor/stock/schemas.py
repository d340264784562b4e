"""Wire models of `stock`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from showfloor.kit.fields import Sku


class BuyerLimit(BaseModel):
    """How many pieces of a SKU one buyer may have in a show, held and bought; null for no limit but
    the house's.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    sku: Sku
    buyer_limit: int | None = Field(ge=1, le=10_000)
