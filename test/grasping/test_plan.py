from collections import Counter

import numpy as np

from realvlg_ros.grasping.plan import StageTimer, plan_message


def test_message_names_the_commonest_reasons_and_the_measures():
    refusals = Counter({'wider than the opening': 7, 'closes on air': 2, 'outside': 0})
    corners = np.array([[x, y, z] for x in (0, 0.1) for y in (0, 0.2) for z in (0, 0.3)])
    message = plan_message([], refusals, (), corners, 0.08)
    assert message.startswith('no grasp: wider than the opening (7); closes on air (2); ')
    assert sorted(message.split('about ')[1].split(' cm')[0].split(' x ')) == ['10', '20', '30']
    assert message.endswith('the gripper opens to 8 cm')


def test_message_names_what_another_view_lifts_however_rare():
    refusals = Counter({'a': 9, 'b': 8, 'c': 7, 'd': 6, 'not seen': 2, 'assumed': 1})
    message = plan_message([], refusals, ('assumed', 'not seen'), np.eye(3), 0.08)
    assert message.startswith('no grasp: a (9); b (8); c (7); not seen (2); the object')


def test_message_without_any_candidate_says_so():
    message = plan_message([], Counter(), (), np.eye(3), 0.08)
    assert 'no candidate was found' in message


def test_timer_keeps_the_stages_in_order():
    timer = StageTimer()
    timer.stage('plane')
    timer.stage('cloud')
    assert list(timer.stages) == ['plane', 'cloud']
    assert all(value >= 0 for value in timer.stages.values())
