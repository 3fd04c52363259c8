"""Exports: what the archive holds as tables, for those who count with Excel, R, Python or SQL.

`columns` says what is in them, `rows` reads them, the others write a format each; `export` puts
them together. Start reading at `aggregator.exports.export`.
"""
