"""The arrays that the stand-ins work on, by the type of their numbers."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""A picture: height, width, and red, green, blue."""
Mask: TypeAlias = npt.NDArray[np.bool_]
"""Where something is: height, width."""
Floats: TypeAlias = "npt.NDArray[np.floating]"
"""A curve, samples, a plane, features: numbers of any width."""
