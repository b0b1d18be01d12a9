"""Writing tables as people's files: CSV, Parquet, Excel.

The executor starts `python -m cell.writing.convert` in a sandbox of its own: the Arrow file that it reads was written
beside a program, and nobody else may parse it.
"""
