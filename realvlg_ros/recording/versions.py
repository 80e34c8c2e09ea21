"""The versions of what an answer depends on."""

from __future__ import annotations

import platform
from importlib import metadata

from .. import __version__

# Names in run.json, and of the packages that they are of.
_PACKAGES = {
    'numpy': ('numpy',),
    'scipy': ('scipy',),
    'opencv': ('opencv-python-headless', 'opencv-python', 'opencv-contrib-python'),
    'rosbags': ('rosbags',),
    'rclpy': ('rclpy', 'ros-rclpy'),
}


def versions() -> dict[str, str]:
    """The version of this package, of Python and of the libraries that are installed."""
    found = {'realvlg_ros': __version__, 'python': platform.python_version()}
    for name, packages in _PACKAGES.items():
        for package in packages:
            try:
                found[name] = metadata.version(package)
            except metadata.PackageNotFoundError:
                continue
            break
    return {**found, 'platform': platform.machine()}
