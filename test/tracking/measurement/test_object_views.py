from slab_scene import Slab, SlabScene, at, ground

from realvlg_ros.tracking.measurement.object_views import ObjectViews
from realvlg_ros.tracking.memory.key_frames import KeyFrame
from realvlg_ros.tracking.settings import TrackerSettings


def views_from(*places, max_views=8):
    """Views of one slab at places, and the key frames that they were made in."""
    views = ObjectViews(TrackerSettings(max_views=max_views))
    for index, place in enumerate(places):
        frame, owner = SlabScene([Slab(place)]).render(index)
        views.add(KeyFrame.from_frame(frame), ground(frame, owner).mask, place)
    return views


def test_the_nearest_view_is_the_one_from_that_side_and_distance():
    far, near, aside = at(0, 0, 0.6), at(0, 0, 0.35), at(0, 0, 0.6, tilt=30)
    views = views_from(far, near, aside)
    assert views.nearest(at(0.05, 0, 0.58)) is views.grounded
    assert views.nearest(at(0, 0, 0.37)).scale_to(near) == 1.0
    assert views.nearest(at(0, 0, 0.6, tilt=25)).angle_to(aside) < 1e-4


def test_the_grounded_view_stays_when_there_are_too_many():
    views = views_from(*[at(0, 0, 0.6, tilt=15.0 * k) for k in range(4)], max_views=2)
    assert views.grounded.angle_to(at(0, 0, 0.6)) < 1e-4
    # Of the others the newest is left.
    assert views.nearest(at(0, 0, 0.6, tilt=30)).angle_to(at(0, 0, 0.6, tilt=45)) < 1e-4


def test_an_object_without_depth_has_no_view():
    frame, owner = SlabScene([Slab(at(0, 0, 0.6))]).render(0)
    frame.depth[:] = 0
    views = ObjectViews(TrackerSettings())
    assert not views.add(KeyFrame.from_frame(frame), ground(frame, owner).mask, at(0, 0, 0.6))
    assert not views
