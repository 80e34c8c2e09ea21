from realvlg_ros.recording.frame_ring import FrameRing, KeptFrame


def filled(count: int, limit: int = 300) -> FrameRing[str]:
    """A ring with frames of 100 bytes, 0.1 s apart; two of them are kept at 0.5 s."""
    ring: FrameRing[str] = FrameRing(limit, 500_000_000, 2)
    for index in range(count):
        ring.add(KeptFrame(index * 100_000_000, f'frame {index}', 100))
    return ring


def test_the_newest_are_kept_within_the_size_and_two_at_the_interval():
    ring = filled(20)
    assert ring.size_bytes == 300
    assert [frame.payload for frame in ring.before()] == ['frame 10', 'frame 15']
    assert ring.newest().payload == 'frame 19'
    found = [index for index in range(20) if ring.at(index * 100_000_000) is not None]
    assert found == [10, 15, 17, 18, 19]


def test_a_stamp_between_two_frames_is_no_frame():
    assert filled(20).at(1_850_000_000) is None


def test_one_frame_larger_than_the_limit_is_kept():
    ring = filled(3, limit=50)
    assert ring.newest().payload == 'frame 2'
    assert ring.size_bytes == 100


def test_after_a_jump_back_nothing_of_before_is_left():
    ring = filled(20)
    ring.clear()
    assert (ring.before(), ring.newest(), ring.size_bytes) == ([], None, 0)
    assert ring.add(KeptFrame(5, 'after', 100))
    assert [frame.payload for frame in ring.before()] == ['after']
