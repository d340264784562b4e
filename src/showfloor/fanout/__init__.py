"""The room server: one process that tells every viewer of a room what changes, as server-sent
events over a bare protocol.

Reads `room_entry`, `room_event` and the views `public_room`, `room_stock` with a role that may do
nothing else; owns no table. Invariant: a viewer gets every event of its room once and in order, or
is closed and resumes; a slow one costs at most its buffer. The database may go away: viewers stay,
and what they missed follows. Events: none.
"""
