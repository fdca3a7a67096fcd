"""From a rulebook to a ruleset: order, matching, the files of `rules/`."""
