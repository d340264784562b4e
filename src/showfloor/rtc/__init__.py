"""Publishing by WebRTC: WHIP (RFC 9725), for browsers without WebCodecs, OBS 30 and hardware.

A process of its own: SRTP in Python takes a tenth of a core a publisher, and no other show may feel
it. Owns nothing and decides nothing: H.264 and Opus go as they are to `streaming`, by the same
WebSocket as a browser's frames (`kit/publishing.py`) and with the publisher's own key, so that
there is one door and one set of rules. `inside.py` holds what aiortc offers no public way for, and
takes no offer when another version has moved it. In: SDP offers by HTTP, SRTP. Out: messages to
`streaming`.
"""
