"""Whatever depth, colour and lens a frame has: typed errors, and grasps that can be sent."""

import hostile_scenes
import pytest
from fuzzing import search
from hostile_scenes import COLORS, EXTREMES, LENSES, SHAPES, Scene
from hypothesis import strategies as st

# Seconds for the search. Chosen: with that of messages half a minute.
SECONDS = 8.0

WORST = {
    'uniform image': Scene(color='one'),
    'uniform image, all hole': Scene(color='one', shape='hole'),
    'all hole behind a lens': Scene(shape='hole', lens='plumb_bob'),
    'all hole behind a rational lens': Scene(shape='hole', lens='rational', fixed=True),
    'far outliers': Scene(shape='specks', extreme=1e30),
    'farthest outliers': Scene(shape='specks', extreme=3e38),
    'nearest outliers': Scene(shape='specks', extreme=1e-30),
    'infinite outliers': Scene(shape='specks', extreme=float('inf')),
    'ramp': Scene(shape='ramp'),
    'steep ramp': Scene(shape='slope', fixed=True),
    'ramp of noise': Scene(shape='slope', color='noise', tilt=0.004),
    'sliver': Scene(shape='thin'),
    'sliver behind a lens': Scene(shape='thin', lens='thin prism'),
    'one pixel': Scene(shape='pixel'),
    'sparse': Scene(shape='sparse', lens='plumb_bob'),
    'alone': Scene(shape='alone', lens='rational'),
    'at the corner': Scene(place=(0, 0), size=(5, 5), lens='plumb_bob'),
    'all of the image': Scene(place=(0, 0), size=(hostile_scenes.WIDTH, hostile_scenes.HEIGHT)),
    'no lens': Scene(lens='no lens'),
}


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('case', WORST)
def test_the_worst_frames_are_used_or_refused(case):
    hostile_scenes.use(WORST[case])


SCENES = st.builds(
    Scene,
    shape=st.sampled_from(SHAPES),
    lens=st.sampled_from(sorted(LENSES)),
    color=st.sampled_from(COLORS),
    extreme=st.sampled_from((0.0, *EXTREMES)),
    tilt=st.sampled_from((0.0, 0.0005, -0.004, 0.02)),
    fixed=st.booleans(),
    place=st.tuples(st.integers(0, 120), st.integers(0, 90)),
    size=st.tuples(st.integers(1, 90), st.integers(1, 70)),
    seed=st.integers(0, 2**16),
)


@pytest.mark.filterwarnings('ignore')
def test_any_frame_is_used_or_refused():
    def use(scene):
        hostile_scenes.use(scene, follow=scene.seed % 3 == 0)

    search(SCENES, use, 400, SECONDS, shrink=False)
