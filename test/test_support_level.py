import numpy as np
import pytest

from realvlg_ros.support_level import SupportLevel
from realvlg_ros.support_plane import SupportPlane
from realvlg_ros.transforms import make_transform

# A camera 0.8 m above a table 0.75 m high; the optical axis points straight down.
LOOKING_DOWN = make_transform(np.diag([1.0, -1.0, -1.0]), (0.3, 0.2, 1.55))


def table(tilt_deg: float) -> SupportPlane:
    """Seen from above, turned about the image's x axis."""
    turn = np.radians(tilt_deg)
    return SupportPlane(np.array([0.0, np.sin(turn), -np.cos(turn)]), 0.8, 0.001, 900)


@pytest.mark.parametrize('tilt_deg', [0.0, 4.9, 5.1, 20.0])
def test_a_support_that_is_not_level_says_that_the_camera_is_placed_wrong(tilt_deg: float) -> None:
    level = SupportLevel.of(table(tilt_deg), LOOKING_DOWN)
    assert level.tilt is not None and level.height is not None
    assert np.degrees(level.tilt) == pytest.approx(tilt_deg, abs=1e-6)
    assert level.height == pytest.approx(1.55 - 0.8 * np.cos(np.radians(tilt_deg)))
    assert (f'tilted by {tilt_deg:.1f} deg' in level.warning) == (tilt_deg > 5)


def test_without_the_cameras_pose_nothing_is_judged() -> None:
    level = SupportLevel.of(table(20.0), None)
    assert (level.height, level.tilt, level.warning) == (None, None, '')
