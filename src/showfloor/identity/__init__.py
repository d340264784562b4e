"""People who work here: who they are, how they sign in, what they were granted; and the one door
through which anybody gives data.

Owns: `person`, `person_grant`, `sign_in_session`, `api_key`, `security_event`. Invariant: personal
data is written only with an `Admission`, which only `service.admit` and `service.admit_again` make.
Passwords are stored as argon2id, tokens as digests. Events: none.
"""
