"""Figures of a model on labelled cases, each with its interval: arithmetic on arrays, no network."""
