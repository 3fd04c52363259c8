"""Entries to bytes to files: RSS, Atom, JSON Feed, OPML and pages for people.

Renderers take values and return bytes; only `publish` opens files. Never asks the clock or the locale.
Start reading at `publish.publish`.
"""
