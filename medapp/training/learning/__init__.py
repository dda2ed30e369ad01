"""Learning itself: pictures, features, heads, fine-tuning, and what holds a run together while it goes on."""
