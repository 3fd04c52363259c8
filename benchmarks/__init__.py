"""What the program costs, measured. Start reading at `__main__`."""
