"""The composition root: command line, settings, supervisor, wiring. The one place that knows every
module; nothing imports it.

Owns: no tables. Events in and out: none; `wiring` connects those of the modules.
"""
