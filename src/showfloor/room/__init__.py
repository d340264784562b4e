"""What people say and ask in a show: messages, questions, and who may write them.

Owns: `chat_author`, `chat_message`, `chat_question`, `chat_asker`, `chat_action`,
`chat_account_mute`, `chat_settings`, `chat_word_list`, `chat_word`, `chat_report`, `room_hearts`;
writes the key `chat` of the room. Invariants: nobody writes without an `Admission`; what the team
does with a message or a question is logged in the same transaction; a message is stored with its
moment on the show clock and never takes the lock or a number of the show's room, so that pins,
prices and stock do not wait for it, nor for questions and hearts, which are a number and about
nobody; no name reads like that of the show's team; a question's words are those of its askers and
stand nowhere else, so that they are erased with them. `fanout` reads `room_hearts` and two views:
`room_questions`, whose number is another one after each change, and `room_message`: every change of
a message has a new number in `change`, also when the cut of a recording hides or shows it. Events
in: replays.ReplayCut. Events out: none.
"""
