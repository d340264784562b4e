"""What is left: on hand, held by somebody who is about to pay, sold.

Owns: `stock_item`, `hold`, `hold_line`. Invariant: `sold + held <= on hand` for every variant, and
`held` is the sum of its held lines. A hold is all or nothing, has a deadline, and may be extended
once; what a guest, a buyer of a limited SKU and a client network may hold is bounded. Locks:
whoever changes lines locks them first and stock rows after them, stock rows in the order of their
ids. Reserving and changing a hold take back what ran out while they hold stock rows, and therefore
skip lines that somebody else has locked: nothing waits in a circle. Events out: `stock.changed.v1`
when somebody says how many there are; a hold is too frequent for the outbox, rooms sample
`stock_item.available` instead.
"""
