"""The interface packages built for machines without a distribution are those of upstream."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

# REP 2016 hashes: tf2_msgs of Jazzy, vision_msgs 4.1.1.
_UPSTREAM = {
    'tf2_msgs/msg/TFMessage': (
        'RIHS01_e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087'
    ),
    'vision_msgs/msg/Detection2DArray': (
        'RIHS01_214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968'
    ),
    'vision_msgs/msg/Detection3DArray': (
        'RIHS01_793f5eab9595ac1c0da07873cc859db42eae51f0ee76056db8562515d830e018'
    ),
}


@pytest.mark.parametrize('name', _UPSTREAM)
def test_type_hash_is_upstream(name: str) -> None:
    package, _, message = name.split('/')
    path = Path(sys.prefix) / 'share' / package / 'msg' / f'{message}.json'
    if not path.is_file():
        pytest.skip(f'{path} is not there: the interfaces are not installed in {sys.prefix}')
    hashes = {
        entry['type_name']: entry['hash_string']
        for entry in json.loads(path.read_text())['type_hashes']
    }
    assert hashes[name] == _UPSTREAM[name]
