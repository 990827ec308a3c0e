"""Interop: the published client and server, unchanged, against what this repository makes."""
