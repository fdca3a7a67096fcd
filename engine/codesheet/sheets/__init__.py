"""From workbooks to a rulebook: reading sheets and parsing each kind."""
