"""A command or a group of commands a file; the file's docstring is what `showfloor --help` says.

A file has a function `command`, or `group`, a typer application. `cli` imports a file when its
command is invoked, so that a process loads only what it runs.
"""
