"""The ways to sell in a show: drops, some pieces at a price for a time, and the proof of them;
coupons, something off one seller's goods for who claims it.

Owns: `drop`, `drop_record`, `drop_hold`, `coupon`, `coupon_claim`; the format of a drop's log
(docs/develop/drop-log.md) and what makes one hold. Invariants: a log that `verify_drop` accepts
sold what it released and no more, to nobody more than the limit, at the price and in the order that
it announced; any other byte fails. A record is written in the transaction of what it states, under
the lock of the drop's row, and never changed. The pieces are `stock`'s: set apart when the
countdown begins, and back for everybody when the drop ends. Of a coupon no more are claimed than
its quota, a claim is taken off one paid purchase, and `rules/pricing.py` alone decides what is
taken off which line (decision 0025). Who counts as one person is said in `rules/policy.py`. Events
in: `shows.ended.v1`; out: none.
"""
