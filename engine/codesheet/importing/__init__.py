"""Published code tables as CMS gives them out, made into sheets of a rulebook: one module a format."""
