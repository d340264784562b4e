"""What people say in a show: messages, and who may write them.

Owns: `chat_author`, `chat_message`, `chat_action`, `chat_account_mute`, `chat_settings`,
`room_hearts`; writes the key `chat` of the room. Invariants: nobody writes without an `Admission`;
what the team does with a message is logged in the same transaction; a message is stored with its
moment on the show clock and never takes the lock or a number of the show's room, so that pins,
prices and stock do not wait for it, nor for hearts, which are a number and about nobody; no name
reads like that of the show's team. `fanout` reads `room_hearts` and the view `room_message`: every
change of a message has a new number in `change`, also when the cut of a recording hides or shows
it. Events in: replays.ReplayCut. Events out: none.
"""
