"""What people are told outside of any page: buyers about their orders, merchants' people about the
orders of their merchant, viewers and staff how they get in.

Owns: `mail`, `merchant_news`, `merchant_mailing`, `merchant_letter`, `mail_choice`. Invariant: each
fact (an order, a withdrawal, a parcel, a refund) makes at most one mail to somebody, whatever
arrives twice; a mail is sent again only when the server cannot have taken it, or when nobody can
know, and then under the same Message-ID. No address and no words are stored here: they are read
from the order, from what was asked for or from the account when the mail goes out, so who was
erased gets none. A merchant's people are written to if they are of its team, in a role for its
orders and want it both when the mail is made and when it goes out; it has no word of the buyer.
Events in: `orders.placed.v1`, `orders.withdrawn.v1`, `orders.shipped.v1`, `orders.refunded.v1`,
`orders.refund_failed.v1`, `orders.cancelled.v1`, `viewers.sign_in_asked.v1`, `identity.invited.v1`,
`offers.piece_offered.v1`.
"""
