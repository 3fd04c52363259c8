"""News of the Lombardy Technology Clusters: sites go in, one database and feeds come out."""

__version__ = "0.2.0"
