"""Makes the helpers beside it (`grid`, `example_sheets`) importable from every test."""
