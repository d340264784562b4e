"""Shows: schedule, state machine, products, cues; the timeline that every surface reads.

Owns: `show`, `show_product`, `rehearsal`, `cue`, `caption`, `remote`; writes the room log of each
show through `realtime`. Invariant: a cue is stamped by `streaming` on the show clock, never by a
wall clock; at most three pins are open; a show goes live only with a signal and an answer about
what viewers must be told; a remote pins in its own show alone; others see a show from its first
publication on, never a draft, a rehearsal or a cancelled one. Events out: ShowWentLive, ShowEnded.
Events in: catalog.PriceChanged,
identity.LeftCreator.
"""
