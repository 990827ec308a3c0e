"""Servers under test: target files, environments, processes."""
