"""Scenario files: reading, checking, filling in."""
