"""What must hold between stock, orders, money and events, asked of the database and of the payment
providers: for `showfloor verify`, and for the end of every test that breaks something on purpose.

Each check is a statement that finds rows that are wrong; its sentence says what of the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from showfloor.checkout import service as checkout
from showfloor.checkout.adapters.provider import PaymentProvider
from showfloor.checkout.types import Discrepancy
from showfloor.kit.db import Database, fetch


@dataclass(frozen=True, slots=True)
class Check:
    """`sentence` is filled with the columns of the first row that `wrong` finds."""

    name: str
    sentence: str
    wrong: LiteralString


CHECKS = (
    Check(
        "stock: sold and held pieces are there",
        "Of variant {} there are {} pieces, but {} are sold and {} held.",
        """
        select variant_id, on_hand, sold, held from stock_item
        where sold + held > on_hand or held < 0 or sold < 0
        order by variant_id
        """,
    ),
    Check(
        "stock: what is held is what holds hold",
        "Of variant {} {} pieces are counted as held, but open holds have {}.",
        """
        select variant_id, coalesce(stock.held, 0), coalesce(lines.held, 0)
        from (select variant_id, held from stock_item) as stock
          full join (select variant_id, sum(quantity) as held
            from (
              select variant_id, quantity from hold_line where state = 'held'
              union all
              select variant_id, free from stock_apart
            ) as either group by variant_id) as lines using (variant_id)
        where coalesce(stock.held, 0) <> coalesce(lines.held, 0)
        order by variant_id
        """,
    ),
    Check(
        "stock: what is sold is what was ordered",
        "Of variant {} {} pieces are counted as sold, but orders have {} that did not come back.",
        """
        select variant_id, coalesce(stock.sold, 0), coalesce(lines.sold, 0)
        from (select variant_id, sold from stock_item) as stock
          full join (select variant_id, sum(quantity - coalesce(pieces, 0)) as sold
            from order_line left join (
              select order_id, position, sum(restock) as pieces
              from (
                select order_id, position, restock
                from order_refund_line join order_refund on order_refund.id = refund_id
                where state in ('done', 'failed')
                union all
                select order_id, position, restock
                from order_return_line join order_return on order_return.id = return_id
              ) as either group by order_id, position
            ) as back using (order_id, position)
            group by variant_id) as lines using (variant_id)
        where coalesce(stock.sold, 0) <> coalesce(lines.sold, 0)
        order by variant_id
        """,
    ),
    Check(
        "orders: what was paid for was ordered, once with each seller",
        "Checkout {} is paid and has {} sellers, but {} orders.",
        """
        select checkout.id, jsonb_array_length(checkout.sellers), count(orders.id)
        from payment join checkout on checkout.id = payment.checkout_id
          left join orders on orders.checkout_id = checkout.id
        where payment.state = 'paid'
        group by checkout.id
        having count(orders.id) <> jsonb_array_length(checkout.sellers)
          or count(distinct orders.merchant_id) <> count(orders.id)
        order by checkout.id
        """,
    ),
    Check(
        "orders: nothing was ordered without being paid for",
        "Order {} of checkout {} was placed, but no payment of it is paid.",
        """
        select orders.id, orders.checkout_id from orders
        where not exists (
          select from payment where payment.checkout_id = orders.checkout_id and state = 'paid')
        order by orders.id
        """,
    ),
    Check(
        "orders: each line is at the price that was held",
        "Order {} has {} pieces of {} at {}, but {} were held at {}.",
        """
        select orders.id, order_line.quantity, order_line.sku, order_line.unit_amount,
          hold_line.quantity, hold_line.unit_amount
        from order_line join orders on orders.id = order_line.order_id
          join checkout on checkout.id = orders.checkout_id
          join hold_line on hold_line.hold_id = checkout.hold_id
            and hold_line.variant_id = order_line.variant_id
        where (order_line.quantity, order_line.unit_amount)
          <> (hold_line.quantity, hold_line.unit_amount)
        order by orders.id, position
        """,
    ),
    Check(
        "orders: each total is that of its lines, less the coupon, and of its delivery",
        "Order {} is {} in total, but its lines and its delivery are {}.",
        """
        select orders.id, total, goods + coalesce((quote #>> '{delivery,price,amount}')::bigint, 0)
        from orders join (
            select order_id, sum(quantity * unit_amount - discount_amount) as goods
            from order_line group by order_id) as line on order_id = orders.id
        where quote is not null
          and total <> goods + coalesce((quote #>> '{delivery,price,amount}')::bigint, 0)
        order by orders.id
        """,
    ),
    Check(
        "coupons: no more are claimed than there are",
        "Of coupon {} there are {}, {} are counted as taken, and {} are claimed.",
        """
        select coupon.id, quota, taken, claimed
        from coupon cross join lateral (
          select count(*) as claimed from coupon_claim
          where coupon_id = coupon.id and state <> 'lapsed') as claims
        where claimed <> taken or claimed > quota
        order by coupon.id
        """,
    ),
    Check(
        "coupons: what is taken off an order is one claim's, used once",
        "Order {} has {} off by a coupon, its lines {}, and claims that were used for it: {}.",
        """
        select orders.id, coalesce((quote #>> '{coupon,amount,amount}')::bigint, 0), off, used
        from orders join (
            select order_id, sum(discount_amount) as off from order_line group by order_id
          ) as line on order_id = orders.id
          cross join lateral (
            select count(*) as used from coupon_claim join payment on payment.id = payment_id
            where coupon_claim.id = (quote #>> '{coupon,claim_id}')::uuid
              and coupon_claim.state = 'used' and payment.checkout_id = orders.checkout_id
          ) as claims
        where off <> coalesce((quote #>> '{coupon,amount,amount}')::bigint, 0)
          or used <> (case when quote ? 'coupon' then 1 else 0 end)
        order by orders.id
        """,
    ),
    Check(
        "coupons: what was used was taken off an order",
        "Claim {} of coupon {} is used, but {} orders have it.",
        """
        select coupon_claim.id, coupon_id, count(orders.id)
        from coupon_claim left join orders
          on (orders.quote #>> '{coupon,claim_id}')::uuid = coupon_claim.id
        where state = 'used'
        group by coupon_claim.id, coupon_id
        having count(orders.id) <> 1
        order by coupon_claim.id
        """,
    ),
    Check(
        "waiting lists: as many pieces are kept for people in line as stand in it",
        "Of variant {} up to {} pieces are kept for people in line, but {} stand in it.",
        """
        select variant_id, coalesce(stock.waiting, 0), coalesce(line.waiting, 0)
        from (select variant_id, waiting from stock_item) as stock
          full join (select variant_id, count(*) as waiting
            from waiting_place join waiting_list on waiting_list.id = list_id
            where state = 'waiting' group by variant_id) as line using (variant_id)
        where coalesce(stock.waiting, 0) <> coalesce(line.waiting, 0)
        order by variant_id
        """,
    ),
    Check(
        "waiting lists: what is offered is held for who it was offered to",
        "To place {} of list {} nothing is held that was offered.",
        """
        select place.id, list_id
        from waiting_place place join waiting_list list on list.id = list_id
        where state = 'offered' and not exists (select from hold_line line
          where line.hold_id = place.hold_id and line.variant_id = list.variant_id)
        order by place.id
        """,
    ),
    Check(
        "orders: no piece came back that was not sent",
        "Of line {} of order {} {} pieces were sent, but {} came back.",
        """
        with sent as (
          select order_id, position, sum(quantity) as pieces
          from order_shipment_line join order_shipment on order_shipment.id = shipment_id
          group by order_id, position
        ),
        back as (
          select order_id, position, sum(pieces) as pieces
          from (
            select order_id, position, quantity as pieces
            from order_return_line join order_return on order_return.id = return_id
            union all
            select order_id, position, greatest(restock - unsent, 0)
            from order_refund_line join order_refund on order_refund.id = refund_id
            where state <> 'refused'
          ) as either group by order_id, position
        )
        select back.position, back.order_id, coalesce(sent.pieces, 0), back.pieces
        from back left join sent using (order_id, position)
        where back.pieces > coalesce(sent.pieces, 0)
        order by back.order_id, back.position
        """,
    ),
    Check(
        "money: what was paid is what the orders cost",
        "Payment {} ({} {}) took {} {}, but its orders cost {}.",
        """
        select payment.id, payment.provider, coalesce(payment.reference, 'without a reference'),
          payment.amount, payment.currency, coalesce(sum(orders.total), 0)
        from payment left join orders on orders.checkout_id = payment.checkout_id
          and orders.currency = payment.currency
        where payment.state = 'paid'
        group by payment.id
        having payment.amount <> coalesce(sum(orders.total), 0)
        order by payment.id
        """,
    ),
    Check(
        "money: a checkout is paid once",
        "Checkout {} was paid {} times.",
        """
        select checkout_id, count(*) from payment where state = 'paid'
        group by checkout_id having count(*) > 1 order by checkout_id
        """,
    ),
    Check(
        "money: a provider's payment is one of ours",
        "{} names the payment {} in {} of our payments.",
        """
        select provider, reference, count(*) from payment where reference is not null
        group by provider, reference having count(*) > 1 order by provider, reference
        """,
    ),
    Check(
        "books: every entry sums to zero",
        "Entry {} ({}) sums to {} in {} postings.",
        """
        select entry.id, entry.kind, coalesce(sum(posting.amount), 0), count(posting.amount)
        from ledger_entry as entry left join ledger_posting as posting on entry_id = entry.id
        group by entry.id
        having coalesce(sum(posting.amount), 0) <> 0 or count(posting.amount) < 2
        order by entry.id
        """,
    ),
    # Events reach the books within a second. One that is parked will not by itself.
    Check(
        "books: every order is in them, at what it cost",
        "Order {} cost {}, but the books have {}.",
        """
        select orders.id, orders.total, coalesce(sum(posting.amount), 0)
        from orders
          left join ledger_entry as entry
            on entry.kind = 'payment' and entry.source_id = orders.id
          left join ledger_posting as posting
            on posting.entry_id = entry.id and posting.holder = 'merchant'
        where not exists (select from outbox_event
          where done_at is null and parked_at is null and payload ->> 'order_id' = orders.id::text)
        group by orders.id having orders.total <> coalesce(sum(posting.amount), 0)
        order by orders.id
        """,
    ),
    Check(
        "books: every refund is in them, once",
        "Refund {} gave back {}, but the books have {}.",
        """
        select refund.id, case state when 'failed' then 0 else refund.amount end,
          coalesce(-sum(posting.amount), 0)
        from order_refund as refund
          left join ledger_entry as entry
            on entry.kind in ('refund', 'refund_failed') and entry.source_id = refund.id
          left join ledger_posting as posting
            on posting.entry_id = entry.id and posting.holder = 'merchant'
        where refund.state in ('done', 'failed') and not exists (select from outbox_event
          where done_at is null and parked_at is null and payload ->> 'refund_id' = refund.id::text)
        group by refund.id
        having case state when 'failed' then 0 else refund.amount end
          <> coalesce(-sum(posting.amount), 0)
        order by refund.id
        """,
    ),
    # Events that everybody has heard of are kept for a week: what is younger must be there.
    Check(
        "events: every order was announced, once",
        "Order {} has {} events that say it was placed.",
        """
        select orders.id, count(event.id)
        from orders left join outbox_event as event on event.kind = 'orders.placed.v1'
          and event.payload ->> 'order_id' = orders.id::text
        where orders.placed_at > now() - interval '6 days'
        group by orders.id having count(event.id) <> 1
        order by orders.id
        """,
    ),
)
_SAID = {
    Discrepancy.GIVEN_UP: "has money for payment {}, which we had given up",
    Discrepancy.UNKNOWN_TO_US: "has the payment {}, which we do not know",
    Discrepancy.GIVEN_BACK_THERE: "has given back all of payment {}, which we count as paid",
    Discrepancy.NOT_TAKEN: "has no money for payment {}, whose goods were sold",
}


async def broken(database: Database, providers: Mapping[str, PaymentProvider]) -> list[str]:
    """A sentence for each check that does not hold, about its first row; and one for each payment
    of the last day on which a provider and we differ. Changes nothing.
    """
    found = []
    for check in CHECKS:
        async with database.transaction() as connection:
            rows = await fetch(connection, check.wrong, {})
        if rows:
            more = f" ({len(rows) - 1} more like it.)" if len(rows) > 1 else ""
            found.append(f"{check.name}: no. {check.sentence.format(*rows[0])}{more}")
    for name, theirs, wrong in await checkout.find_discrepancies(database, providers):
        found.append(f"money: {name} {_SAID[wrong].format(theirs.payment_id)}.")
    return found
