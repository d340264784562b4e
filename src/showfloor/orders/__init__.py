"""The order as agreed: what, from whom, for how much. One for each merchant of a purchase.

Owns: `orders`, `order_line`. Invariant: names, prices, totals and the seller are copied when the
order is placed and never follow the catalog; a purchase places at most one order with a merchant;
a merchant sees only its own, the host of a show sees what was sold but not to whom; no cell of the
file for spreadsheets is a formula. The buyer's page opens by a token made from the order's id, and
stored nowhere. Events out: `orders.placed.v1`, `orders.withdrawn.v1`, without personal data.
"""
