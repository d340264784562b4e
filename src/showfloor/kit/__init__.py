"""What every module uses: database, outbox, errors, money, clock, ids, tokens, messages, text as
people paste it, CSV. Knows no domain word and imports no module.

`db` has the transactions; `pipeline` sends their statements, `turns` says who gets a connection.
`outbound` makes requests to addresses that others typed; `addresses` says which are allowed.

Owns: the tables `outbox_event`, `outbox_done`, `idempotent_answer`.
Invariant: a transaction is committed here and nowhere else, before the answer leaves.
"""
