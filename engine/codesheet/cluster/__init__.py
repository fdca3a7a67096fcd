"""Coding on a cluster: the same coding function on many machines, which share the folder of the results."""
