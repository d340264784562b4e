"""Files that other shops export, read as listings: one file of code per foreign format.

Pure and without the database: `program.py` runs all of it in a process of its own, with limits of
memory and time, because the files are strangers'. Rows are gathered on disk (`gathering.py`), so
that memory stays the same however long a file is. What is left out is said with its row, its column
and a code, which `kit/messages` turns into a sentence.
"""
