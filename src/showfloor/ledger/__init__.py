"""The books: every payment, fee, refund, commission, chargeback and payout as one balanced entry.

Owns: `ledger_entry`, `ledger_posting`, `ledger_order`, `ledger_line`, `ledger_back`,
`ledger_agreement`, `payout_batch`, `payout`, `payout_order`, `payout_hold`. Invariant: the postings
of an entry sum to zero and nothing of it is ever changed or removed; the database refuses anything
else. An entry is posted once for each thing that it comes from (`kind`, `source_id`), however often
an event comes. What somebody has is the sum of their postings and stored nowhere. The rates of an
order are those of the moment in which it was placed; what a refund gives back of fee and commission
leaves exactly what the goods that stay would have cost. Amounts are whole minor units; a posting
adds to what its account is owed. People see the postings of their own accounts. Whoever computed a
batch of payouts does not approve it, which the database refuses too; no bank details are stored.
Events out: `payout.sent.v1`.
"""
