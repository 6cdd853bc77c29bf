"""Loops over arrays of prices, compiled. They take contiguous arrays and give new ones.

Nothing in here checks its arguments: periods are 1 or more. Values that cannot be computed yet are
NaN.
"""
