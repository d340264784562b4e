"""The control side of `streaming`: stream keys, who publishes and how healthy it is, why a
publisher was refused.

Owns: `stream_key`, `ingest`, `publish_refusal`. Invariant: at most one key of a show is valid; a
key is shown once and stored as a digest. What `streaming` reports is level-triggered: the last
report is the truth, a lost one costs nothing. Events: none (the show's state machine listens by
call, in `shows`).
"""
