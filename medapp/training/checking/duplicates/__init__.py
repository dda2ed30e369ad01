"""Pictures that are there more than once: the same values, or the same picture saved again, resized or cropped."""
