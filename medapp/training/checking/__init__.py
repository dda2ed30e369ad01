"""The check before a training: what is wrong with the cases, what it may be, and what was decided about it."""
