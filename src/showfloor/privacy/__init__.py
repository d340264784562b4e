"""What people may ask for about their own data: the registry of what each module holds of them and
how it goes, and the register of requests with their due dates; suspicions that somebody is a child,
and the evidence of what was decided.

Owns: `privacy_request`, `privacy_receipt` (a module has erased), `suspicion`, `evidence`,
`evidence_head`. Invariants: every column marked `personal` names an eraser that stands in this
registry (tests/architecture/test_personal_columns.py); a request keeps who asked, encrypted, until
it is done and no longer; no case is closed without a reason and a sentence, and none stays open
beyond its deadline; the evidence is only added to, and names nobody. Events: none.
"""
