"""A training run as seen from outside: what it is asked, what it tells, whether it lives, and its folder."""
