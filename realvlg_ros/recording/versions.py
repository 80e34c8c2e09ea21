"""The versions of what an answer depends on."""

from __future__ import annotations

import platform

import cv2
import numpy as np
import scipy

from .. import __version__


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the numeric libraries, by name."""
    return {
        'realvlg_ros': __version__,
        'python': platform.python_version(),
        'numpy': np.__version__,
        'opencv': cv2.__version__,
        'scipy': scipy.__version__,
        'system': f'{platform.system()} {platform.machine()}',
    }
