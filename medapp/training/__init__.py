"""Teaching: cases, check, split, training, evaluation and report of a model."""
