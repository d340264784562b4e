"""Replays: what of an ended show everybody may watch again, and where it lies.

Owns: `replay`, `replay_hidden_span`, and the folder `replays/` of the data folder. Invariant: the
folder holds exactly the files that may be watched (links into the recording), so that any file
server may serve it; what is hidden, trimmed, withheld or deleted is not there. The rows are the
truth, and making the folder equal to them can be repeated at any time. Posters and storyboards are
drawn after the replay is there, by a program of its own. Events in: shows.ShowEnded.
"""
