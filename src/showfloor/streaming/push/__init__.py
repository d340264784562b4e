"""The show on other networks: the frames of an ingest, without re-encoding, to RTMP and RTMPS
servers. A destination that is away, slow or hostile costs nobody else a frame.
"""
