"""The archive over HTTP: published feeds, a JSON API and pages for people. Reads, and writes nothing.

Builds Queries and shows what the publish policy lets leave. Start reading at `site.create_site`.
"""
