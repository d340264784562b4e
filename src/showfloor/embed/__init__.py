"""What a brand's website loads: the loader script, the frame page, who may frame it.

Owns: no tables; the message contract of docs/embed/README.md. Invariant: only origins that the
show's merchants registered may frame it, and the frame works without cookies; the age gate sets its
mark there for whoever it refused. Events: none.
"""
