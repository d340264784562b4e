"""What people may ask for about their own data: the registry of what each module holds of them and
how it goes, and the register of requests with their due dates.

Owns: `privacy_request`, `privacy_receipt` (a module has erased). Invariants: every column marked
`personal` names an eraser that stands in this registry
(tests/architecture/test_personal_columns.py); a request keeps who asked, encrypted, until it is
done and no longer. Events: none.
"""
