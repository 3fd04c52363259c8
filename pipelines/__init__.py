"""Stages and plain functions that turn what was fetched into what is kept; loads nothing by itself."""
