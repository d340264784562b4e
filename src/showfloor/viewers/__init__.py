"""People who watch and buy, as far as they want an account: who they are, where they are signed in,
where their goods go, and of which shows they are reminded.

Owns: `viewer`, `viewer_key`, `viewer_session`, `viewer_sign_in`, `viewer_address`, `viewer_follow`,
`viewer_reminder`. Invariants: an account is made
only with an `Admission` and by somebody who has read a mail to its address; nothing that an
unknown visitor gets told depends on whether an address has an account; what tells something about
a viewer is encrypted with a key of their own, which goes with them (decision 0018); of one show a
viewer is reminded once. Events:
`viewers.sign_in_asked.v1`.
"""
