"""What holds where: currency, country, how its postcodes look, what people of which age may do, how
long recordings are kept. Data, not code.

Owns: no tables; `markets.json`, and `ages.json` and `keeping.json`, whose rules carry the day from
which they hold and where they stand. Invariants: an unknown market is refused, never guessed; where
no rule is in force nothing is allowed; an older person may do whatever a younger one may.
Events: none.
"""
