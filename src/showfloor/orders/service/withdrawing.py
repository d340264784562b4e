"""The buyer withdraws from the contract, for all goods or for some, and later for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from showfloor.kit import clock, ids
from showfloor.kit.db import Session
from showfloor.kit.outbox import publish
from showfloor.orders import queries, rules
from showfloor.orders.errors import WithdrawalExcluded, WithdrawalInvalid, WithdrawalTooLate
from showfloor.orders.events import OrderWithdrawn
from showfloor.orders.service.agreed import open_order, order_of_token
from showfloor.orders.types import Order, Withdrawal
from showfloor.orders.views import progress_of


def may_withdraw(order: Order) -> bool:
    """As long as nobody said when the last of the goods arrived, the 14 days have not begun. From
    goods that the law excepts nobody may withdraw, and from none twice.
    """
    if len(order.kept) == len(order.items):
        return False
    if order.withdrawn_at is not None and not rules.open_pieces(order):
        return False
    until = progress_of(order).withdraw_until
    return until is None or clock.now() < until


async def withdraw(
    session: Session,
    *,
    secret: bytes,
    token: str,
    pieces: Mapping[str, int] | None = None,
    after: int = 0,
) -> Withdrawal:
    """The buyer withdraws from the contract, without a reason (Directive 2011/83/EU art 11a): for
    `pieces` by SKU, or for all that is left. It is the one after the first `after` that the buyer
    knows of: where that one was received by now, for the same pieces, saying so twice is saying it
    once. For other pieces it is another, and the buyer has to look at the order first. Raises
    OrderNotFound, WithdrawalTooLate, WithdrawalExcluded, WithdrawalInvalid.
    """
    # What the decision hangs on is read under the lock, and only then.
    await queries.lock_order(session, order_of_token(secret, token))
    order, now = await open_order(session, secret=secret, token=token), clock.now()
    received = rules.withdrawals_of(order)
    if after < len(received):
        if not rules.is_same_withdrawal(order, after, pieces):
            raise WithdrawalInvalid
        return received[after]
    if len(order.kept) == len(order.items):
        raise WithdrawalExcluded
    if after > len(received) or (received and not rules.open_pieces(order)):
        raise WithdrawalInvalid
    if not may_withdraw(order):
        raise WithdrawalTooLate
    chosen = rules.plan_withdrawal(order, pieces)
    if not received:
        await queries.set_withdrawn(session, order.id, now)
    if chosen is None:
        await publish(session, OrderWithdrawn(order.id, order.merchant_id, now))
        return rules.withdrawals_of(replace(order, withdrawn_at=now))[0]
    new = Withdrawal(ids.new(), chosen, now)
    await queries.add_withdrawal(session, order.id, new)
    await publish(session, OrderWithdrawn(order.id, order.merchant_id, now, new.id))
    return new
