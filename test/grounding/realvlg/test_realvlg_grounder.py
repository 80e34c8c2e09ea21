import shutil

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import GroundingCanceled, GroundingError, ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.realvlg.answer.calibration import Calibration, Evidence, EvidenceKind
from realvlg_ros.grounding.realvlg.grounder import RealvlgGrounder, make_grounder
from realvlg_ros.grounding.realvlg.settings import RealvlgSettings

# The taught picture of 320x240 is a 160x120 picture to the model: answers are doubled.
MAX_PIXELS = 160 * 120


def frame_with(image):
    height, width = image.shape[:2]
    camera = Camera(width, height, 300, 300, width / 2, height / 2, frame_id='eye')
    depth = np.full((height, width), 0.8, np.float32)
    depth[60:160, 20:120] = 0.7
    return RgbdFrame(image, depth, camera, stamp_ns=7)


@pytest.fixture(scope='module')
def grounder(taught):
    folder = str(taught.folder)
    grounder = make_grounder(
        box_checkpoint=folder, grasp_checkpoint=folder, contact_checkpoint=folder,
        device='cpu', dtype='float32', max_pixels=MAX_PIXELS, slot='sentence',
    )  # fmt: skip
    grounder.load()
    yield grounder
    grounder.close()


def test_one_request_gives_box_mask_rectangle_and_contacts(grounder, taught):
    result = grounder.ground(frame_with(taught.image), 'pick up the red mug', never_aborted)
    assert result.status is GroundingStatus.OK
    assert result.box.as_tuple() == (24, 68, 112, 156)
    rectangle = result.rectangles[0]
    assert (rectangle.x, rectangle.y, rectangle.width, rectangle.height) == pytest.approx(
        (140.5, 83, 60, 40)
    )
    assert np.degrees(rectangle.angle) == pytest.approx(-38.5)
    assert result.contacts[0].points.tolist() == [[200, 40], [18, 236]]
    assert result.mask.area > 0.8 * result.box.area
    assert (result.label, result.backend, result.stamp_ns) == ('red mug', 'realvlg', 7)
    assert (result.image_width, result.image_height, result.frame_id) == (320, 240, 'eye')
    assert result.score > 0.9
    assert {'box', 'mask', 'grasp', 'contact'} <= set(result.timings_ms)
    assert 'passes' in result.message
    assert 'mask from depth' in result.message


def test_after_a_cancel_it_answers_again(grounder, taught):
    frame = frame_with(taught.image)
    with pytest.raises(GroundingCanceled):
        grounder.ground(frame, 'pick up the red mug', lambda: True)
    assert grounder.ground(frame, 'pick up the red mug', never_aborted).box is not None


def test_weak_evidence_is_not_found_with_the_nearest_candidate(taught):
    settings = RealvlgSettings(
        box_checkpoint=str(taught.folder), dtype='float32', device='cpu', not_found_threshold=1.0
    )
    grounder = RealvlgGrounder(settings)
    grounder.load()
    result = grounder.ground(frame_with(taught.image), 'the red mug', never_aborted)
    assert result.status is GroundingStatus.NOT_FOUND
    assert result.box is None
    assert result.candidates[0].box.area > 0
    assert 'is below 1.00' in result.message


def test_the_calibration_beside_the_checkpoint_is_used(taught, tmp_path):
    folder = tmp_path / 'calibrated'
    folder.mkdir()
    for file in taught.folder.iterdir():
        shutil.copy(file, folder)
    Calibration(EvidenceKind.SCORE, 1.01).save(folder)
    grounder = make_grounder(
        box_checkpoint=str(folder), device='cpu', dtype='float32', max_pixels=MAX_PIXELS
    )
    grounder.load()
    result = grounder.ground(frame_with(taught.image), 'the red mug', never_aborted)
    assert result.status is GroundingStatus.NOT_FOUND
    evidence = grounder.evidence(frame_with(taught.image), 'the red mug')
    assert evidence == Evidence(pytest.approx(result.score), None)


def test_stock_prompts_reject_by_the_probe(taught):
    grounder = make_grounder(
        box_checkpoint=str(taught.folder),
        prompts='qwen2_5_vl',
        device='cpu',
        dtype='float32',
        max_pixels=MAX_PIXELS,
    )
    grounder.load()
    frame = frame_with(taught.image)
    evidence = grounder.evidence(frame, 'the red mug')
    result = grounder.ground(frame, 'the red mug', never_aborted)
    assert 'probe' in result.timings_ms
    found = result.status is GroundingStatus.OK
    assert found == (evidence.probe >= 0.5)


def test_second_look_answers_inside_the_crop(taught):
    folder = str(taught.folder)
    grounder = make_grounder(
        box_checkpoint=folder, grasp_checkpoint=folder, contact_checkpoint=folder,
        second_look=True, second_look_margin=0.25, device='cpu', dtype='float32',
        max_pixels=MAX_PIXELS,
    )  # fmt: skip
    grounder.load()
    result = grounder.ground(frame_with(taught.image), 'pick up the red mug', never_aborted)
    # The box 24..112 x 68..156 and a quarter of its 88 px around it: 2..134 x 46..178.
    rectangle = result.rectangles[0]
    assert 2 <= rectangle.x <= 134
    assert 46 <= rectangle.y <= 178
    for x, y in result.contacts[0].points:
        assert 2 <= x <= 134
        assert 46 <= y <= 178


def test_without_a_box_checkpoint_the_proposals_give_the_box(taught):
    grounder = make_grounder(
        contact_checkpoint=str(taught.folder), device='cpu', dtype='float32',
        max_pixels=MAX_PIXELS, slot='sentence',
    )  # fmt: skip
    grounder.load()
    result = grounder.ground(frame_with(taught.image), 'pick up the red mug', never_aborted)
    # Contacts at 18 to 200 and 40 to 236, and half as much again on each side, clipped.
    assert result.box.as_tuple() == (0, 0, 291, 240)


@pytest.mark.parametrize('prompts', ['qwen2_5_vl', 'qwen3_vl', 'cosmos3'])
@pytest.mark.parametrize('locate', ['box', 'boxes', 'point'])
def test_json_of_several_things_is_decoded_and_decided(random_folder, prompts, locate):
    options = {'box_checkpoint': str(random_folder), 'prompts': prompts, 'locate': locate,
               'device': 'cpu', 'dtype': 'float32', 'max_pixels': MAX_PIXELS,
               'not_found_threshold': 0.0}  # fmt: skip
    if locate == 'point' and prompts != 'cosmos3':
        with pytest.raises(ParameterError, match='have no task'):
            make_grounder(**options)
        return
    grounder = make_grounder(**options)
    grounder.load()
    image = np.random.default_rng(5).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    result = grounder.ground(frame_with(image), 'the red mug', never_aborted)
    statuses = {GroundingStatus.OK, GroundingStatus.AMBIGUOUS, GroundingStatus.NOT_FOUND}
    assert result.status in statuses
    assert (result.box is not None) is (result.status is GroundingStatus.OK)
    assert result.parse == 'mug(red)'


def test_memory_is_told_before_loading(taught, caplog):
    caplog.set_level('INFO')
    make_grounder(box_checkpoint=str(taught.folder), device='cpu').load()
    assert 'GB of weights' in caplog.text
    assert 'masks come from depth' in caplog.text


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        ({}, 'needs a checkpoint'),
        ({'box_checkpoint': 'x', 'mode': 'fast'}, 'fast'),
        ({'box_checkpoint': 'x', 'coordinates': 'norm1'}, 'for points alone'),
        ({'box_checkpoint': 'x', 'locate': 'point'}, 'no task'),
        ({'box_checkpoint': 'x', 'referee': 'maybe'}, 'referee'),
        ({'box_checkpoint': 'x', 'slot': 'verb'}, 'slot'),
        ({'box_checkpoint': 'x', 'coordinates': 'metres'}, 'metres'),
        ({'box_checkpoint': 'x', 'max_pixels': -1}, 'max_pixels is -1; expected 0 to'),
        ({'box_checkpoint': 'x', 'second_look_margin': 9}, 'second_look_margin'),
        ({'grasp_checkpoint': 'x', 'prompts': 'qwen3_vl'}, 'no task'),
        ({'box_checkpoint': 'x', 'segmenter': 'sam2'}, 'sam2_checkpoint'),
    ],
)
def test_bad_settings_are_refused(options, reason):
    with pytest.raises(ParameterError, match=reason):
        make_grounder(**options)


def test_missing_files_and_unloaded_use_are_errors(taught, tmp_path):
    grounder = make_grounder(box_checkpoint=str(tmp_path / 'none'))
    with pytest.raises(GroundingError, match='not a folder'):
        grounder.load()
    with pytest.raises(GroundingError, match='not loaded'):
        grounder.ground(frame_with(taught.image), 'mug', never_aborted)
