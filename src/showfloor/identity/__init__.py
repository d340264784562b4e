"""People who work here: who they are, how they sign in, what they were granted; and the one door
through which anybody gives data.

Owns: `person`, `person_grant`, `sign_in_session`, `api_key`, `security_event`, `gate_count`.
Invariants: personal data is written only with an `Admission`, which only `service/gate.py` makes; a
date of birth becomes a band in memory and is never stored; a refusal leaves a count and nothing
else. Passwords are stored as argon2id, tokens as digests. Events: none.
"""
