"""Settings and results that outlive the program."""
