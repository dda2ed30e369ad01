"""What the window and the command line both do, without Qt: reading and teaching."""
