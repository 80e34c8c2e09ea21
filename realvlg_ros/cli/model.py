"""`realvlg model`: verify, calibrate, quantize and measure a checkpoint, without ROS."""

from __future__ import annotations

from typing import Any

from ..grounding.realvlg.tools.commands import add_model_commands


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'verify, calibrate, quantize or measure a model checkpoint'
    add_model_commands(subparsers.add_parser('model', help=words, description=words))
