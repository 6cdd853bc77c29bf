"""Sweeps in machine code: many parameter sets of one compiled strategy, scored without a result.

`separable` tells which parameters an attribute depends on, `table` lets `init` make all its values
and lays them out in memory, `kernels` works and scores one parameter set after the other, and
`lane` drives the kernels in threads.
"""
