"""Soak: long bounded runs against a real server process, judged by fixed bounds."""
