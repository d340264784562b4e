"""The calls to web: whether a key may publish, and once a second the whole state of this process.
Media never waits for an answer.
"""
