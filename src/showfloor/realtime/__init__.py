"""Rooms: a keyed document and the log of its changes. Knows no domain word; what the keys mean is
the business of the modules above.

Owns: `room`, `room_entry`, `room_event`. Invariant: the sequence of a room has no gap and no
repeat, in the order of commits, and `snapshot(n) + events(n..m) == snapshot(m)`. Writing an entry
takes the room's row lock until the transaction ends: write it last, and several rooms in the order
of their ids. Events: none. Outside the transaction, `hints` wakes `fanout`, which reads the same
tables; a lost hint loses nothing.
"""
