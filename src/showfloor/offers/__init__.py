"""The ways to sell in a show. Today: the proof of a drop, without the drop itself.

Owns: the format of the log that a drop will publish (docs/develop/drop-log.md), what makes such a
log hold, and the fair opening. Nothing here reads or writes a table yet, and no host can schedule
a drop. Invariant: a log that `verify_drop` accepts sold what it released and no more, to nobody
more than the limit, at the price and in the order that it announced; any other byte fails. Events:
none.
"""
