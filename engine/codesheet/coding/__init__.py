"""From encounter rows to claim lines, edits and reasons."""
