"""Mutants: faults committed on purpose, to see which scenario notices; README.md names them."""
