"""Sellers and creators: a creator hosts, merchants sell, one show may carry several merchants.

Owns: `merchant`, `creator`, `merchant_creator` (who may show whose products), `merchant_origin`,
`seller_terms`, `creator_code`. Invariant: what a seller lays down is only added to, in versions, so
that each order can show what its buyer agreed to; an origin is stored in the form a browser
compares (scheme://host[:port], lower case); only registered origins may frame a show. Its routes
say who belongs to the team of a merchant or creator (`http/teams.py`); the memberships are in
`identity`. Events: none.
"""
