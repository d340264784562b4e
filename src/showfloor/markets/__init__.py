"""What holds where: currency, country, how its postcodes look. Data, not code.

Owns: no tables; `markets.json`. Invariant: an unknown market is refused, never guessed.
Events: none.
"""
