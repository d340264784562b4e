"""Where a merchant delivers, how long it takes and for how much.

Owns: `delivery_option`. Invariant: an option has one currency, names in every language, and a price
for every order; who has set none in a currency delivers as before there were options, in the
market's own country, with delivery in the goods' prices. Orders keep what they were promised
(`orders`), whatever becomes of an option. Events: none.
"""
