"""Replays: what of an ended show everybody may watch again, clips of shows, and where both lie.

Owns: `replay`, `replay_hidden_span`, `clip`, and the folders `replays/` and `making/` of the data
folder. Invariant: the folder holds exactly the files that may be watched (links into the
recording), so that any file server may serve it; what is hidden, trimmed, withheld or deleted is
not there. The rows are the truth, and making the folder equal to them can be repeated at any time.
Posters and storyboards are drawn after the replay is there, by a program of its own. Segments may
leave the disk for object storage (`adapters/objects.py`): the folder names them still. A clip is
made out of sight and moved into the folder whole; it goes with any moment of it that is taken out
of its show. Events in: shows.ShowEnded. Events out: ReplayCut.
"""
