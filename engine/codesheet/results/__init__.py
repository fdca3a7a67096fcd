"""From a coded batch to coded.xlsx, csv or parquet."""
