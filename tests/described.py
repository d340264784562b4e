"""The API's description, made once a process: each time it takes two seconds of a core."""

from __future__ import annotations

from functools import cache

from showfloor.app import contract

document = cache(contract.document)
"""Nobody changes it; whoever hands it to a library hands a copy."""
