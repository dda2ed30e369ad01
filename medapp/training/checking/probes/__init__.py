"""Shortcut probes: can the classes be told apart by what is not the patient? Small models that see only that."""
