import pytest

from realvlg_ros.errors import GroundingError, ParameterError
from realvlg_ros.grounding.realvlg.answer.calibration import (
    FILE_NAME,
    Calibration,
    Evidence,
    EvidenceKind,
)


def test_threshold_lies_in_the_middle_of_the_gap():
    answers = [Evidence(v) for v in (0.9, 0.8, 0.7, 0.3, 0.2)]
    fit = Calibration.fit(answers, [True, True, True, False, False])
    assert fit.kind is EvidenceKind.SCORE
    assert fit.threshold == pytest.approx(0.5)
    assert (fit.found, fit.rejected, fit.samples) == (1, 1, 5)


def test_the_evidence_that_tells_them_apart_is_chosen():
    answers = [Evidence(0.5, 0.9), Evidence(0.6, 0.8), Evidence(0.6, 0.1), Evidence(0.5, 0.2)]
    fit = Calibration.fit(answers, [True, True, False, False])
    assert fit.kind is EvidenceKind.PROBE
    assert fit.threshold == pytest.approx(0.5)


def test_overlap_gives_the_best_balance():
    answers = [Evidence(v) for v in (0.9, 0.8, 0.4, 0.5, 0.2, 0.1)]
    fit = Calibration.fit(answers, [True, True, True, False, False, False])
    assert fit.found + fit.rejected == pytest.approx(5 / 3)


def test_it_is_kept_beside_the_checkpoint(tmp_path):
    assert Calibration.load(tmp_path) is None
    fit = Calibration(EvidenceKind.PRODUCT, 0.25, 0.95, 0.9, 40, 'realvlg')
    fit.save(tmp_path)
    assert Calibration.load(tmp_path) == fit


def test_a_broken_file_is_refused(tmp_path):
    (tmp_path / FILE_NAME).write_text('{"kind": "guess", "threshold": 1}')
    with pytest.raises(GroundingError, match='guess'):
        Calibration.load(tmp_path)


def test_one_label_alone_cannot_be_calibrated_on():
    with pytest.raises(ParameterError, match='at least two'):
        Calibration.fit([Evidence(0.5)] * 3, [True] * 3)
