"""How a person disappears: the registry of erasers. Cases, receipts and retention come with the
privacy core.

Owns: no tables yet. Invariant: every column marked `personal` names an eraser that stands in this
registry (tests/architecture/test_personal_columns.py). Events: none yet.
"""
