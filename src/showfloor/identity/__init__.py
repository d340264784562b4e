"""People who work here: who they are, how they sign in, what they were granted; and the one door
through which anybody gives data.

Owns: `person`, `person_grant`, `invitation`, `sign_in_session`, `api_key`, `security_event`,
`gate_count`. Invariants: personal data is written only with an `Admission`, which only
`service/gate.py` makes; a date of birth becomes a band in memory and is never stored; a refusal
leaves a count and nothing else. `roles.json` alone says what a role may do: a request sees only the
memberships whose role allows what its route does, and a team always keeps an owner. Passwords are
stored as argon2id, tokens as digests. Events: `identity.invited.v1`,
`identity.left_creator.v1`.
"""
