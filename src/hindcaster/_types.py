"""Array aliases shared by the typed layers."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
RecordArray: TypeAlias = npt.NDArray[np.void]
AnyArray: TypeAlias = npt.NDArray[Any]

# One element of a record array: kernels read and write its fields as attributes, which the
# type of NumPy records cannot express.
Record: TypeAlias = Any
