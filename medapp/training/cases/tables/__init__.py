"""Cases from a table and a folder of images: reading it, what its columns mean, which row is about which image."""
