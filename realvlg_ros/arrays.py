"""Names of the array types that everyone uses; shapes and units stand where they are used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
ByteArray = npt.NDArray[np.uint8]
IndexArray = npt.NDArray[np.intp]
IntArray = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]
