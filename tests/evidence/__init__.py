"""What the program's figures rest on: experiments too long for a test, each a command."""
