"""The page of limits tells each limit of the code with its value."""

import re
from pathlib import Path

from realvlg_ros import limits

PAGE = Path(__file__).parents[1] / 'docs' / 'limits.md'
ROW = re.compile(r'^\| [^|]+ \| `([A-Z_]+)` \| ([0-9]+) \|$', re.MULTILINE)


def test_the_page_tells_every_limit():
    told = {name: int(value) for name, value in ROW.findall(PAGE.read_text())}
    assert told == {name: value for name, value in vars(limits).items() if name.isupper()}
