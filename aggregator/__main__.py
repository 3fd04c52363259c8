"""`python -m aggregator`: the same command."""

from aggregator.cli import main

main()
