"""Matchers without I/O: what a scenario expects against what came."""
