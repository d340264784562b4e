"""The bench: figures side by side with a peer or a limit.

`python -m bench [ingest rooms holds playback start]`.
"""
