"""What people are told outside of any page: mails about their orders, and those that sign viewers
in.

Owns: `mail`. Invariant: each fact (an order, a withdrawal, a parcel, a refund) makes at most one
mail, whatever arrives twice; a mail is sent again only when the server cannot have taken it, or
when nobody can know, and then under the same Message-ID. Nothing about the reader is stored here:
address and words are read from the order, or from what was asked for, when the mail goes out, so
who was erased gets none.
Events in: `orders.placed.v1`, `orders.withdrawn.v1`, `orders.shipped.v1`, `orders.refunded.v1`,
`orders.cancelled.v1`, `viewers.sign_in_asked.v1`, `identity.invited.v1`.
"""
