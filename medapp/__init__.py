"""medapp: read scans, classify them with a local CNN, and teach the model. Research use only."""

__version__ = "0.1.0"
