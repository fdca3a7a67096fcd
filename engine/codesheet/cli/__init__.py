"""The command line: parses arguments, calls one driver, prints, exits (DESIGN §9)."""

from codesheet.cli import rulebooks  # isort: skip - commands stand in help in the order of import
from codesheet.cli import batches, published_tables  # isort: skip
from codesheet.cli.app import app

__all__ = ["app", "batches", "published_tables", "rulebooks"]
