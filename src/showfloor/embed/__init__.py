"""What a brand's website loads: the loader script, the frame page, who may frame it.

Owns: no tables; the message contract of docs/embed/README.md. Invariant: only origins that the
show's merchants registered may frame it, and the frame needs no cookie. Events: none.
"""
