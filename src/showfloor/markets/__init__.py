"""What holds where: currency, languages, how people pay, who may buy. Data, not code.

Owns: no tables; `markets.json`. Invariant: an unknown market is refused, never guessed.
Events: none.
"""
