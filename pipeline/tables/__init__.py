"""Rows to files: the schema as data, cells as CSV text, the writer, the data package.

``rows.format_row`` makes cells of values, ``writer.write`` the whole output folder; ``schema.tables``
holds the contract that both follow and ``datapackage`` describes.
"""
