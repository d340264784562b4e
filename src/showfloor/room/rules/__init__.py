"""Pure decisions of `room`: words, names, pace."""
