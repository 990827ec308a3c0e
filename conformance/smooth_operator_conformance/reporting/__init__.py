"""Reports: collect the records of a run, fold them into cells, and one formatter per output.

`collector` reads, `aggregate` counts, and `terminal`, `junit`, `markdown`, `html`, `badge` and
`diff` each turn a `Run` into one thing; `write` makes a report directory whole.
"""
