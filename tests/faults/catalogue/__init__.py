"""The catalogue of bad input as rows: what each file is, and what must come of it. Everything is made by code."""
