"""The ways to sell in a show: drops, some pieces at a price for a time, and the proof of them;
coupons, something off one seller's goods for who claims it; waiting lists, in which who is first
gets the next piece of what is sold out.

Owns: `drop`, `drop_record`, `drop_hold`, `coupon`, `coupon_claim`, `waiting_list`,
`waiting_record`, `waiting_place`; the formats of the logs of drops (docs/develop/drop-log.md) and
waiting lists (docs/develop/waiting-log.md) and what makes one hold. Invariants: a log that
`verify_drop` accepts sold what it released and no more, to nobody more than the limit, at the price
and in the order that it announced; any other byte fails. A record is written in the transaction of
what it states, under the lock of the drop's row, and never changed. The pieces are `stock`'s: set
apart when the countdown begins, and back for everybody when the drop ends. Of a coupon no more are
claimed than its quota, a claim is taken off one paid purchase, and `rules/pricing.py` alone decides
what is taken off which line (decision 0025). Who counts as one person is said in `rules/policy.py`.
A piece that people wait for is held for the first of them and nobody else; each step is a record in
the transaction of what it states, under the lock of the list's row (decision 0027). Events in:
`shows.ended.v1`; out: `offers.piece_offered.v1`.
"""
