"""The report of a training as one self-contained HTML page for a reviewer: no script, nothing from elsewhere."""
