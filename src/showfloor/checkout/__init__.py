"""From goods on the shelf to an order: hold, details, payment.

Owns: `checkout`, `payment`, `payment_callback`. Invariant: what is charged is what was shown and
held; a payment ends in orders for its goods or is given back; at most one payment of a checkout is
under way or paid; money that a bank only promised is taken after the goods are secured. Paying is
three steps: the intent is committed, the provider is called outside any transaction, the result is
committed; whatever stops in between, `tasks.settle_open_payments` asks the provider and finishes
it. Money goes back in the same three steps (`service/refunding`), of which `orders` keeps the first
and the last. Locks: checkout before payment before the hold's lines before stock. Events: none of
its own; `orders` tells that something was sold.
"""
