"""Workbooks written again with their issues marked: coloured cells, comments, and a sheet of links."""
