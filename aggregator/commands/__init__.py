"""One module for each theme of the command line; each imports no more than click by itself."""
