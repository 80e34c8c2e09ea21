"""The frames of a bag in the order of their stamps, as a node would have made them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ...errors import BagError
from ...ros.camera.camera_parameters import CameraParameters
from ...ros.camera.frame_reader import FrameReader
from ...ros.camera.match_diagnosis import describe_jump
from ...ros.camera.support_input import SupportSurface
from ...ros.conversions.stamps import NS_PER_S, stamp_to_ns
from .bag import Bag, BagMessage
from .bag_tf import BagTf, StaticTransform
from .events import BagEvent, FrameCounts, Notices, StreamNotice
from .frame_queue import FrameQueue
from .topics import CameraTopics

# tf may be recorded so long after the image it belongs to, s. Chosen: ten of its periods at 10 Hz.
LOOK_AHEAD_S = 1.0
# How often it is checked whether frames come, ns of the bag's time. Chosen: as a node does.
_WATCH_PERIOD_NS = NS_PER_S // 2


class BagFrames:
    """Frames and notices of a bag, once and in order; few messages are in memory at a time.

    The rules are those of the nodes: the same matching of colour, depth and camera_info, the same
    checks, tf looked up at the stamp of the image. Where a node waits for tf, the bag is read
    ahead.
    """

    def __init__(
        self,
        bag: Bag,
        topics: CameraTopics,
        parameters: CameraParameters | None = None,
        *,
        fixed_frame: str = '',
        surface: SupportSurface | None = None,
        static_transforms: Sequence[StaticTransform] = (),
        look_ahead_s: float = LOOK_AHEAD_S,
        on_tf: Callable[[BagMessage], None] = lambda message: None,
    ) -> None:
        """Prepare to read.

        Args:
            bag: open.
            topics: of its camera and of tf.
            parameters: as a node has them; those of topics, QoS and waits for tf do nothing.
            fixed_frame: in place of the parameter of that name, if it is not empty.
            surface: that objects stand on, if tf knows it.
            static_transforms: that the bag lacks.
            look_ahead_s: how far the bag is read ahead for the transform of an image, s.
            on_tf: called with each message of tf as it is read.

        Raises:
            BagError: a transform is needed, and the bag has no tf.
            RealvlgError: the parameters cannot be used.
        """
        parameters = parameters or CameraParameters()
        if fixed_frame:
            parameters = replace(parameters, fixed_frame=fixed_frame)
        self._bag = bag
        self._on_tf = on_tf
        self._topics = topics
        self._parameters = parameters
        self._now_ns = self._watched_ns = bag.start_ns
        self._notices = Notices()
        self._received: Counter[str] = Counter()
        self._jump = ''
        self._since_jump = 0
        self._matcher = parameters.make_matcher(self._jumped, lambda: self._now_ns / NS_PER_S)
        self._tf = self._make_tf(static_transforms, surface)
        reader = FrameReader(parameters, self._tf, warn=self._warn, surface=surface)
        self._queue = FrameQueue(
            reader,
            self._tf,
            int(look_ahead_s * NS_PER_S),
            int(parameters.sync_memory_mb * 1e6),
        )

    @property
    def counts(self) -> FrameCounts:
        """Numbers of messages and frames so far."""
        counts = self._matcher.counts
        dropped = dict(self._queue.dropped)
        for name in ('color', 'depth'):
            for reason, number in getattr(counts, f'dropped_{name}').items():
                dropped[f'{name}: {reason}'] = number
        received = dict(self._received)
        return FrameCounts(received, counts.matched, self._queue.made, dropped, counts.jumps)

    def __iter__(self) -> Iterator[BagEvent]:
        """Read the bag once.

        Raises:
            BagError: no frame came of it.
        """
        self._read_ahead()
        streams = {
            self._topics.color: 'color',
            self._topics.depth: 'depth',
            self._topics.camera_info: 'camera_info',
            **dict.fromkeys((*self._topics.tf, *self._topics.tf_static), 'tf'),
        }
        for found in self._bag.messages(streams):
            self._now_ns = max(self._now_ns, found.log_ns)
            stream = streams[found.topic]
            self._received[stream] += 1
            if stream != 'tf':
                yield from self._add(stream, found)
            else:
                self._read_tf(found)
            self._watch()
            yield from self._take()
        yield from self._take(final=True)
        if not self._queue.made:
            raise BagError(self._no_frames())

    def _read_tf(self, found: BagMessage) -> None:
        self._on_tf(found)
        if self._tf is not None:
            self._tf.read(found.message, found.topic in self._topics.tf_static)

    def _make_tf(
        self, given: Sequence[StaticTransform], surface: SupportSurface | None
    ) -> BagTf | None:
        p = self._parameters
        if not (p.fixed_frame or p.robot_shapes or surface):
            return None
        if not (self._topics.tf or self._topics.tf_static or given):
            need = f'the fixed frame {p.fixed_frame!r} needs'
            if not p.fixed_frame:
                need = 'the robot or the support needs'
            raise BagError(
                f'{self._bag.path} has no tf (tf2_msgs/msg/TFMessage), which {need}: give the '
                'pose of the camera as a static transform, or no fixed frame; it holds\n'
                f'{self._bag.describe_topics()}'
            )
        return BagTf(given, self._warn)

    def _read_ahead(self) -> None:
        """Take what holds at all times before the first image: static tf, and a camera_info.

        A recorder that begins in the middle gets late what was published once.
        """
        if self._tf is not None and self._topics.tf_static:
            static = self._bag.messages(self._topics.tf_static)
            self._tf.read_first_static(found.message for found in static)
        first = next(self._bag.messages([self._topics.camera_info]), None)
        if first is not None:
            self._matcher.add_camera_info(stamp_to_ns(first.message.header.stamp), first.message)

    def _add(self, stream: str, found: BagMessage) -> Iterator[BagEvent]:
        stamp_ns = stamp_to_ns(found.message.header.stamp)
        match = getattr(self._matcher, f'add_{stream}')(stamp_ns, found.message)
        if self._jump:
            # What waits is from before: its transforms do not come any more.
            yield from self._take(final=True)
            yield from self._reset(stamp_ns)
        if match is not None:
            self._since_jump += 1
            self._queue.put(match, self._now_ns)

    def _reset(self, stamp_ns: int) -> Iterator[StreamNotice]:
        """Forget what was before a jump; the streams of one camera jump one after the other."""
        words, self._jump = self._jump, ''
        if self._since_jump:
            self._since_jump = 0
            if self._tf is not None:
                self._tf.clear()
            yield StreamNotice(stamp_ns, f'{words}: what was before is forgotten', reset=True)

    def _take(self, final: bool = False) -> Iterator[BagEvent]:
        for event in self._queue.take(self._now_ns, final, self._notices):
            yield from self._notices.take()
            yield event
        yield from self._notices.take()

    def _jumped(self, stream: str, before_ns: int, after_ns: int) -> None:
        self._jump = describe_jump(stream, before_ns, after_ns)

    def _warn(self, words: str) -> None:
        self._notices.note('tf', 'refused' if words else '', self._now_ns, words)

    def _watch(self) -> None:
        """Say when no frames come any more, and what makes those that come doubtful."""
        if self._now_ns - self._watched_ns < _WATCH_PERIOD_NS:
            return
        self._watched_ns = self._now_ns
        silent = self._matcher.waits_longer_than(self._parameters.no_data_timeout)
        reason = self._matcher.explain() if silent else ''
        state = 'silent' if reason else ''
        self._notices.note('silence', state, self._now_ns, f'no frames: {reason}')
        caution = '' if silent else self._matcher.caution()
        self._notices.note('caution', 'doubt' if caution else '', self._now_ns, caution)

    def _no_frames(self) -> str:
        received = ', '.join(
            f'{self._received[name]} of {name}' for name in ('color', 'depth', 'camera_info')
        )
        reasons = [self._notices.last, *self._bag.warnings]
        dropped = ', '.join(
            f'{reason} ({number})' for reason, number in self.counts.dropped.items()
        )
        return (
            f'{self._bag.path}: no frame came of {received} messages; dropped: '
            f'{dropped or "none"}' + ''.join(f'; {words}' for words in reasons if words)
        )
