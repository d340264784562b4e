"""Rehearsals (decision 0020): who watches and buys in them, and where what they buy is written.

`scratch` makes the database schema, `buyer` and `viewer` are the synthetic people, `crowd` is all
of them in one show, `rehearsals` is the worker's job.
"""
