"""Worked visits inside workbooks: each is coded, and compared with what its author expects (DESIGN §3)."""

from codesheet.examples.running import run_examples

__all__ = ["run_examples"]
