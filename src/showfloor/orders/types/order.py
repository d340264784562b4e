"""The order, and how it stood at a moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from showfloor.kit.money import Money
from showfloor.markets.types import SalesKind
from showfloor.merchants.types import Identity
from showfloor.orders.types.agreed import Buyer, Item, Quote
from showfloor.orders.types.fulfilment import Refund, Return, ReturnProof, Shipment, Withdrawal


@dataclass(frozen=True, slots=True)
class Order:
    """`kind`, `market` and `show_id` say where it was sold. `buyer` is None once the buyer's data
    was erased. `withdrawn_at` is when the buyer first withdrew from the contract: for all goods,
    or for those of `withdrawals`, which are empty otherwise (`rules.withdrawals_of` has both).
    `quote` is how its total came about (None for orders from before there were quotes). `send_by`
    is when the goods leave at the latest, as it was agreed. `shipments`, `refunds` and `returns`
    are what happened since, oldest first; `return_proof` is the newest, `earlier_proofs` the
    others. `terms` are the versions of what the seller laid down that the buyer agreed to.
    `affiliate_id` is the creator whose link or code brought the buyer.
    """

    id: UUID
    number: str
    merchant_id: UUID
    seller_name: dict[str, str]
    kind: SalesKind
    market: str
    show_id: UUID | None
    checkout_id: UUID
    items: tuple[Item, ...]
    total: Money
    placed_at: datetime
    buyer: Buyer | None
    withdrawn_at: datetime | None = None
    seller_identity: Identity | None = None
    quote: Quote | None = None
    send_by: datetime | None = None
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    terms: tuple[UUID, ...] = ()
    returns: tuple[Return, ...] = ()
    return_proof: ReturnProof | None = None
    affiliate_id: UUID | None = None
    withdrawals: tuple[Withdrawal, ...] = ()
    earlier_proofs: tuple[ReturnProof, ...] = ()

    @property
    def last_withdrawn_at(self) -> datetime | None:
        return self.withdrawals[-1].at if self.withdrawals else self.withdrawn_at

    @property
    def proofs(self) -> tuple[ReturnProof, ...]:
        """Oldest first."""
        return (*self.earlier_proofs, self.return_proof) if self.return_proof else ()

    @property
    def kept(self) -> frozenset[int]:
        """Positions of the lines from which nobody may withdraw."""
        return frozenset(at for at, item in enumerate(self.items) if not item.may_be_withdrawn)

    @property
    def own_address(self) -> str:
        """The seller's own postal address, a line for each part; empty where it has not said it."""
        who = self.seller_identity
        return f"{who['company']}\n{who['address']}" if who else ""

    def back_by(self, moment: datetime) -> Order:
        """The order without what came back, or was shown to be on its way, later. What was refunded
        stays, whenever it was.
        """
        proofs = tuple(each for each in self.proofs if each.at <= moment)
        return replace(
            self,
            returns=tuple(each for each in self.returns if each.at <= moment),
            return_proof=proofs[-1] if proofs else None,
            earlier_proofs=proofs[:-1],
        )

    def withdrawn_by(self, moment: datetime) -> Order:
        """The order without the withdrawals from more of its goods that came later."""
        first, more = self.withdrawals[:1], self.withdrawals[1:]
        made = (*first, *(each for each in more if each.at <= moment))
        return replace(self, withdrawals=made)

    def as_of(self, moment: datetime) -> Order:
        """The order as it stood then, as far as money is concerned."""
        made = tuple(each.as_of(moment) for each in self.refunds if each.made_at <= moment)
        return replace(self.back_by(moment).withdrawn_by(moment), refunds=made)
