import math

import numpy as np
import pytest

from realvlg_ros.errors import EvaluationError
from realvlg_ros.evaluation.dataset import Expected
from realvlg_ros.evaluation.intervals import bootstrap_interval, mcnemar
from realvlg_ros.evaluation.scoring.judge import Task
from realvlg_ros.evaluation.scoring.judges import JUDGES
from realvlg_ros.evaluation.scoring.outcome import Outcome
from realvlg_ros.evaluation.scoring.paired import compare, pair_up
from realvlg_ros.evaluation.scoring.precision import average_precision, mean_average_precision
from realvlg_ros.evaluation.scoring.reply import ReplyStatus
from realvlg_ros.evaluation.scoring.score import Score
from realvlg_ros.evaluation.scoring.summary import summarise


def score(key, outcome, overlap=None, confidence=0.9, expected=Expected.OBJECT, image=None):
    answered = outcome in (
        Outcome.RIGHT, Outcome.WRONG_PLACE, Outcome.WRONG_OBJECT, Outcome.INVENTED,
        Outcome.GUESSED,
    )  # fmt: skip
    values = {} if overlap is None else dict.fromkeys(('iou', 'giou', 'ciou'), overlap)
    right = outcome is Outcome.RIGHT
    return Score(
        key, image or key, '', 'the mug', '', '', 'name', expected,
        ReplyStatus.OK if answered else ReplyStatus.NOT_FOUND, '', confidence, outcome,
        overlap is not None, values, right, right, overlap or 0.0,
    )  # fmt: skip


SCORES = [
    score('a', Outcome.RIGHT, 0.8, 0.9),
    score('b', Outcome.WRONG_PLACE, 0.4, 0.8),
    score('c', Outcome.NOT_FOUND),
    score('d', Outcome.RIGHT, 0.6, 0.7),
    score('e', Outcome.INVENTED, None, 0.6, Expected.ABSENT),
    score('f', Outcome.RIGHTLY_ABSENT, None, 0.1, Expected.ABSENT),
    score('g', Outcome.RIGHTLY_ASKED, None, 0.5, Expected.QUESTION),
]


def test_both_rules_by_hand():
    found = summarise(SCORES, JUDGES[Task.BOX])
    assert (found.questions, found.images) == (7, 7)
    assert found.valid_rate.value == 3 / 4
    assert found.official.means['giou'].value == pytest.approx(0.6)
    assert found.official.accuracy.value == pytest.approx(2 / 3)
    # What holds no answer gets the worst gIoU, -1, and IoU, 0.
    assert found.strict.means['giou'].value == pytest.approx((1.8 - 1) / 4)
    assert found.strict.means['iou'].value == pytest.approx(1.8 / 4)
    assert found.strict.accuracy.value == 0.5
    # Two of four answers; two of four objects.
    assert found.precision.value == 0.5
    assert found.recall.value == 0.5
    assert found.accepted.value == 0.5
    assert found.asked.value == 1
    assert sum(found.outcomes.values()) == 7


def test_nothing_to_count_is_not_zero():
    found = summarise([SCORES[5]], JUDGES[Task.GRASP])
    assert math.isnan(found.strict.accuracy.value)
    assert math.isnan(found.mean_ap)
    assert found.precision.cases == 0


def test_average_precision_by_hand():
    # Ranked: right, wrong, right; three questions. Envelope 1 to 1/3, 2/3 to 2/3.
    found = average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 3)
    assert found == pytest.approx(1 / 3 + (1 / 3) * (2 / 3))
    # Of equal confidence the order tells nothing: precision is 2/3 at recall 2/3.
    tied = average_precision(np.array([0.5] * 3), np.array([True, False, True]), 3)
    assert tied == pytest.approx((2 / 3) * (2 / 3))
    assert average_precision(np.zeros(0), np.zeros(0, bool), 3) == 0
    assert math.isnan(average_precision(np.zeros(0), np.zeros(0, bool), 0))


def test_the_mean_over_thresholds_by_hand():
    answers = [s for s in SCORES if s.status is ReplyStatus.OK]
    # At 0.5: right, wrong, right, wrong of 4: 1/4 + 1/4 * 2/3. At 0.7: right first: 1/4.
    found = mean_average_precision(answers, 4, (0.5, 0.7))
    assert found == pytest.approx((0.25 + 0.25 * 2 / 3 + 0.25) / 2)


def test_images_not_questions_are_drawn_again():
    # Ten questions about each of two images, all right about one: of two draws both may be it.
    low, high = bootstrap_interval([10, 0], [10, 10])
    assert (low, high) == (0, 1)
    low, high = bootstrap_interval([1] * 10 + [0] * 10, [1] * 20)
    # As the binomial has it: 0.5 +- 1.96 sqrt(0.25 / 20).
    assert low == pytest.approx(0.28, abs=0.05)
    assert high == pytest.approx(0.72, abs=0.05)
    assert bootstrap_interval([3, 4], [5, 6]) == bootstrap_interval([3, 4], [5, 6])
    assert all(map(math.isnan, bootstrap_interval([0], [0])))


def test_many_images_have_the_interval_of_few(monkeypatch):
    rng = np.random.default_rng(5)
    counts = rng.integers(1, 6, 3000)
    sums = rng.binomial(counts, 0.3)
    quick = bootstrap_interval(sums, counts)
    monkeypatch.setattr('realvlg_ros.evaluation.intervals._MANY_CLUSTERS', 10**9)
    drawn = bootstrap_interval(sums, counts)
    length = drawn[1] - drawn[0]
    assert quick == pytest.approx(drawn, abs=0.1 * length)


@pytest.mark.parametrize(
    ('first', 'second', 'p'),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        # 2 * 2**-6, and 2 * (1 + 10) / 2**10.
        (0, 6, 2 / 64),
        (1, 9, 22 / 1024),
        (9, 1, 22 / 1024),
    ],
)
def test_mcnemar_is_exact(first, second, p):
    assert mcnemar(first, second) == pytest.approx(p)


def test_two_backends_are_compared_on_the_questions_they_share():
    right, wrong = Outcome.RIGHT, Outcome.WRONG_OBJECT
    first = [score(str(k), right if k < 4 else wrong, 0.8) for k in range(12)]
    second = [score(str(k), right if k != 0 else wrong, 0.8) for k in range(11)]
    found = compare(pair_up(first, second))
    assert (found.questions, found.both, found.neither) == (11, 3, 0)
    assert (found.first_only, found.second_only) == (1, 7)
    assert found.difference == pytest.approx(6 / 11)
    assert found.low < 6 / 11 < found.high
    assert found.p == pytest.approx(2 * 9 / 256)
    assert 'no difference' in found.words()
    with pytest.raises(EvaluationError, match='share no question'):
        pair_up(first, [score('other', right, 0.8)])


def test_a_score_survives_its_json():
    for one in SCORES:
        assert Score.from_json(one.to_json()) == one
    with pytest.raises(EvaluationError, match='cannot be read'):
        Score.from_json({'key': 'a'})
