"""Statistics of a finished run: arrays in, the public result rows and frames out.

`time_axis` holds what the index contributes and is built once per data frame, `drawdowns`,
`returns` and `trades` hold one family of metrics each, `summary` puts the rows together;
`calendar_returns` and `distribution` are for reports. `time_axis` is free of Numba, so nothing is
imported here.
"""
