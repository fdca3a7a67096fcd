"""Proves a coded batch: rows of it are coded again by the plain evaluator, and compared."""
