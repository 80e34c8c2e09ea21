"""What a node's process writes is for its own user alone."""

import os
import stat
from pathlib import Path

import rclpy

from realvlg_ros.ros.node.private_files import keep_private, keep_segments_private


def test_files_and_shared_memory_are_for_their_owner(ros_context, tmp_path):
    before = os.umask(0o022)
    try:
        keep_private()
        (tmp_path / 'recording.jsonl').write_text('{}')
        (tmp_path / 'folder').mkdir()
        node = rclpy.create_node('private')
        try:
            segments = keep_segments_private()
            modes = [stat.S_IMODE(path.stat().st_mode) for path in segments]
        finally:
            node.destroy_node()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / 'recording.jsonl').stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / 'folder').stat().st_mode) == 0o700
    # Without /dev/shm Fast DDS has none.
    assert set(modes) <= {0o600}
    if Path('/dev/shm').is_dir():
        assert any(path.name.startswith('fastrtps_') for path in segments)
