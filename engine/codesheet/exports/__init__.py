"""Visit exports: csv, Excel and parquet files read as typed encounter rows, with what could not be read."""
