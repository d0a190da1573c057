"""What is made of OUT: database, Parquet, workbook, CSV for Excel, and one page that tells what was read.

``source`` opens an output folder and yields its rows typed; ``views`` says in SQL what counts once;
``sqlite``, ``columnar`` (DuckDB and Parquet), ``workbook`` and ``excel_csv`` write it for the tools that
analysts use; ``export`` puts each in its place, whole or not at all; ``report`` is the page.
"""
