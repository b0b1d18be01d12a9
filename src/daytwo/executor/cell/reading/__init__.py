"""Reading files: what they hold, found out once (`profile`), and their tables as programs name them (`sources`).

The catalog starts `python -m cell.reading.profile` in a sandbox when a file is registered; a program's cell attaches
the tables by what that found.  Files are hostile: they are parsed here, inside a sandbox, and nowhere else.
"""
