"""The two cell languages: tests of IF cells, formulas of THEN cells."""
