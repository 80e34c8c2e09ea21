"""`python -m realvlg_ros.cli`: the same as `realvlg`."""

import sys

from . import main

sys.exit(main())
