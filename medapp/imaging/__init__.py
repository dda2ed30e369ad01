"""Reading: what lies in files and folders (studies), and the pixels of one frame. Knows no display, no network."""
