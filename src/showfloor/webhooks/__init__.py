"""What merchants' own systems are told: endpoints that get signed messages about what happened,
after Standard Webhooks 1.0 (standardwebhooks.com).

Owns: `webhook_endpoint`, `webhook_message`, `webhook_delivery`, `webhook_sold_out`. Invariants: an
event makes one message for its merchant and one delivery for each endpoint that wants it, in one
transaction; a delivery ends only delivered, or after three days, or with its endpoint, and carries
the same id and body at every attempt; an endpoint that is slow or away delays no other. Messages
hold nothing about a buyer. Events in: `orders.placed.v1`, `orders.shipped.v1`,
`orders.refunded.v1`, `orders.cancelled.v1`, `orders.returned.v1`, `shows.went_live.v1`,
`shows.ended.v1`, `stock.changed.v1`. Events out: none.
"""
