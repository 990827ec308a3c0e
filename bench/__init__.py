"""Benchmarks: speed beside a named peer or a measured floor, in one run. They judge nothing."""
