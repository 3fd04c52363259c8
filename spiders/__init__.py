"""Spiders find and fetch: one file for each way into a source."""
