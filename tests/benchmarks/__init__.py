"""Benchmarks: each a ratio to a named reference, measured in the same run. Never timed in the normal tests."""
