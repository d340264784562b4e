"""What can be sold: products with any number of option axes, a variant per combination, and what
each cost at any time.

Owns: `product`, `variant`, `price`, `timed_price`. Invariant: a SKU names one variant of a
merchant; every variant has exactly one value on each axis of its product; `price` is only ever
added to, so what a thing cost at a past moment can always be told, and what it cost for a time in
one way of selling stands in `timed_price`. Events out: `catalog.price_changed.v1`,
`catalog.product_changed.v1`. `imports/` reads files of other shops.
"""
