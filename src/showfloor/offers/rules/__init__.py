"""Pure decisions of `offers`: the chain of a log, who is served first, what a log proves."""
