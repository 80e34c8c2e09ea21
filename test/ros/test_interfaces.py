"""The interface packages built for machines without a distribution are those of upstream."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

# REP 2016 hashes, which cover what a type is made of: tf2_msgs of Jazzy, vision_msgs 4.1.1,
# object_recognition_msgs 2.0.0, moveit_msgs 2.6.0, grasping_msgs 0.4.0.
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
    'object_recognition_msgs/msg/ObjectType': (
        'RIHS01_5eb3ee3976403366d7c50d7dbee8bec96b3bced1e752674a7194a35841632134'
    ),
    'moveit_msgs/msg/AttachedCollisionObject': (
        'RIHS01_7fdfe7951a33a857f20fc42c9ed410a38d06dd0c209ac774ecea746dc487dc41'
    ),
    'moveit_msgs/srv/GraspPlanning': (
        'RIHS01_669cd00f6ecb2ec71060b363815b828cc5fed9646adc10d7b1701777b9dc5c5b'
    ),
    'grasping_msgs/action/GraspPlanning': (
        'RIHS01_0bcb642c31aa136eb0debb750d762edf4e49e2f3e400c1c9f1f4871a016580c8'
    ),
}


@pytest.mark.parametrize('name', _UPSTREAM)
def test_type_hash_is_upstream(name: str) -> None:
    path = Path(sys.prefix) / 'share' / f'{name}.json'
    if not path.is_file():
        pytest.skip(f'{path} is not there: the interfaces are not installed in {sys.prefix}')
    hashes = {
        entry['type_name']: entry['hash_string']
        for entry in json.loads(path.read_text())['type_hashes']
    }
    assert hashes[name] == _UPSTREAM[name]
