"""What is left: on hand, held by somebody who is about to pay, sold.

Owns: `stock_item`, `stock_apart`, `hold`, `hold_line`, `stock_change`, `stock_lease`,
`stock_report`. Invariant: `sold + held <= on hand` for every variant, and `held` is the sum of its
held lines and of what is set apart for a drop and free there. As many of the available pieces as
people wait in line (`waiting`) are held for those alone. Whoever counts fewer than that makes
pieces `missing`: nobody buys more until there are enough again. A count names the version that it
was made of, so that none from before a sale sells the sold again; every count is a row with its
reason. A hold is all or nothing, has a deadline, and may be extended once; what a guest, a buyer of
a limited SKU and a client network may hold is bounded. Locks: whoever changes lines locks them
first and stock rows after them, stock rows in the order of their ids. Reserving and changing a hold
take back what ran out while they hold stock rows, and therefore skip lines that somebody else has
locked: nothing waits in a circle. Events out: `stock.changed.v1` when somebody
says how many there are; a hold is too frequent for the outbox, rooms sample `stock_item.available`
instead.
"""
