"""The control side of `streaming`: stream keys, who publishes and how healthy it is, why a
publisher was refused, which other networks get the show and what their rules say.

Owns: `stream_key`, `ingest`, `publish_refusal`, `destination`, `forbidden_platform`. Invariant: at
most one key of a show is valid; a key is shown once and stored as a digest; another network's key
is stored sealed and never shown; what a rule forbids is never handed to `streaming`. What
`streaming` reports is level-triggered: the last report is the truth, a lost one costs nothing.
Events: none (the show's state machine listens by call, in `shows`).
"""
