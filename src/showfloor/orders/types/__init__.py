"""Orders as others see them. Texts are {"en": …, "ar": …}."""

from showfloor.orders.types.agreed import (
    LOST_LATER,
    Address,
    AgreedCoupon,
    AgreedDelivery,
    Buyer,
    Item,
    NewOrder,
    Quote,
    Reason,
    ReasonCode,
    Seller,
    Vat,
)
from showfloor.orders.types.fulfilment import (
    Refund,
    RefundCause,
    RefundedPieces,
    RefundState,
    Return,
    ReturnedPieces,
    ReturnProof,
    Shipment,
    Withdrawal,
)
from showfloor.orders.types.listing import (
    Note,
    OrderFilter,
    OrderSearch,
    Page,
    Sale,
    Sales,
)
from showfloor.orders.types.order import (
    Order,
)
from showfloor.orders.types.progress import (
    Fulfilment,
    LineProgress,
    Owed,
    Progress,
)
from showfloor.orders.types.wanted import (
    WantedPieces,
    WantedRefund,
    WantedReturn,
)

__all__ = [
    "LOST_LATER",
    "Address",
    "AgreedCoupon",
    "AgreedDelivery",
    "Buyer",
    "Fulfilment",
    "Item",
    "LineProgress",
    "NewOrder",
    "Note",
    "Order",
    "OrderFilter",
    "OrderSearch",
    "Owed",
    "Page",
    "Progress",
    "Quote",
    "Reason",
    "ReasonCode",
    "Refund",
    "RefundCause",
    "RefundState",
    "RefundedPieces",
    "Return",
    "ReturnProof",
    "ReturnedPieces",
    "Sale",
    "Sales",
    "Seller",
    "Shipment",
    "Vat",
    "WantedPieces",
    "WantedRefund",
    "WantedReturn",
    "Withdrawal",
]
