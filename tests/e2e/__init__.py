"""End to end: the real `main()`, the real window, real drop, mouse and key events."""
