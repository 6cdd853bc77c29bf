"""The engine: brokers as compiled kernels over explicit state. NumPy and Numba only."""
