"""The starter rulebook: what `codesheet new` writes.

Its content is data, in `rulebook/`; the modules know only shapes.
"""
