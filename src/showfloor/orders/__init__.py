"""The order as agreed: what, from whom, for how much. One for each merchant of a purchase; and what
happened since: parcels, withdrawals, refunds, returns, notes.

Owns: `orders`, `order_line`, `order_shipment`, `order_shipment_line`, `order_refund`,
`order_refund_line`, `order_withdrawal`, `order_withdrawal_line`, `order_return`,
`order_return_line`, `order_return_proof`, `order_note`.
Invariant: names, prices, totals and the seller are copied when the order is placed and never follow
the catalog; a purchase places at most one order with a merchant; where an order stands is derived
(`rules.progress`) and never stored; refunds together never exceed what was paid, and no piece is
sent twice, sent and cancelled, withdrawn from twice, or back twice: each is decided under the
order's lock. A merchant sees only its own, the host of a show sees what was sold but not to whom;
no cell of the file for spreadsheets is a formula. The buyer's page opens by a token made from the
order's id, and stored nowhere. Locks: the order before stock. Events out: `orders.placed.v1`,
`orders.withdrawn.v1`, `orders.shipped.v1`, `orders.delivered.v1`, `orders.refunded.v1`,
`orders.returned.v1`, `orders.cancelled.v1`, without personal data.
"""
