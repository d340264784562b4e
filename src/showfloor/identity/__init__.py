"""People who work here: who they are, how they sign in, what they were granted; and the one door
through which anybody gives data.

Owns: `person`, `person_grant`, `sign_in_session`, `api_key`. Invariant: personal data is written
only with an `Admission`, and only `service.admit` makes one. Passwords are stored as argon2id,
tokens as digests. Events: none.
"""
