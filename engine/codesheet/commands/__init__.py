"""What the commands do, each a driver that reads aloud; `cli` calls them, and prints."""

from collections.abc import Callable

Report = Callable[[str], None]
"""Told the name of each stage as it begins, and, after a colon, how far it has come."""
