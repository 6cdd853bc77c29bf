"""Compiles a strategy's unchanged `next` to machine code, or says why that is not possible.

`source` reads functions, the translator (`translator`, `statements`, `expressions` and the modules
of what expressions can be about) turns them into plain loops over arrays and numbers, `module` has
Numba compile those and keeps them on disk, `program` runs them on the engine's account.

The translator accepts only what it knows to mean the same in machine code. What can mean something
else at run time (a division by zero, an integer beyond 64 bits, any exception) leaves the compiled
loop, and the run is repeated by the interpreter.
"""
