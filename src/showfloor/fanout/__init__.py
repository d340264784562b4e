"""The room server: one process that tells every viewer of a room what changes, as server-sent
events over a bare protocol.

Reads `room_entry`, `room_event`, `room_hearts` and the views `public_room`, `room_stock`,
`room_message` with a role that may do nothing else; owns no table. Invariant: a viewer gets every
event of its room once and in order, or is closed and resumes; messages come beside them and are
sampled, so that no event waits for what people say. A slow viewer costs at most its buffer. The
database may go away: viewers stay, and what they missed follows. Events: none.
"""
