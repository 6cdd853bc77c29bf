"""Search for good parameters: a function from parameters to a run's result in, the best out.

`search` is the entrance and checks what it is given; `space` holds candidates and which of their
combinations are tried, `scoring` turns results into numbers, `grid` and `model_based` are the
methods, `execution` spreads runs over workers. Nothing here knows a front-end.
"""
