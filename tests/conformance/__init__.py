"""Both ways of driving a strategy, interpreted and compiled, give the same."""
