"""The shows of this process: who publishes, which state web gave them, what viewers may see, and
which cues they carry.
"""
