"""Widgets render what they are given and emit what a person asks for; they know neither the session nor each other."""
