"""Emitters: pure functions from the IR to files, as a mapping of path to text."""
