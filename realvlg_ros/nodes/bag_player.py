"""Publishes a bag as it was recorded, with /clock."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar

from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rosgraph_msgs.msg import Clock as ClockMsg
from std_srvs.srv import Trigger

from ..errors import BagError, MissingDependencyError, ParameterError
from ..optional import import_optional
from ..replay.bags.bag import Bag, BagMessage, BagTopic
from ..replay.bags.topics import CAMERA_INFO, COMPRESSED_IMAGE, IMAGE
from ..replay.playback.play_clock import PlayClock
from ..replay.playback.playback import Playback
from ..replay.playback.qos import profile_for, read_overrides
from ..resources import config_file
from ..ros.conversions.stamps import ns_to_stamp
from ..ros.node.node_parameters import NodeParameters
from ..ros.node.reader_watch import ReaderWatch
from ..ros.node.source_node import SourceNode, run_source
from ..ros.node.thread_parameter import ThreadParameter
from ..settings import setting
from ..threads import limit_threads

# How long the last messages may take to be sent, s. Chosen: many times what they take.
_FLUSH_TIMEOUT_S = 2.0
# How often it is checked whether there are readers, s. Chosen: too short to be noticed.
_READER_PERIOD_S = 0.1
# How often it is said for whom it waits, s. Chosen: a model takes minutes to load.
_WAITING_PERIOD_S = 10.0


@dataclass(frozen=True)
class BagPlayerParameters(ThreadParameter):
    """The bag, and how it is played."""

    bag: str = setting('', 'Folder of a rosbag2, or a .mcap, .db3 or .bag.', source=True)
    rate: float = setting(
        1.0,
        'Seconds of the bag that are played in a second.',
        unit='unitless',
        low=0.01,
        high=100.0,
    )
    loop: bool = setting(False, 'Begin again after the last message, else end.')
    start_paused: bool = setting(False, 'Wait for the service ~/resume before the first message.')
    wait_for_reader: bool = setting(
        False, 'Begin when two topics of images and one of camera_info have their readers.'
    )
    readers: int = setting(
        1, 'With wait_for_reader: nodes that must read each of them.', unit='nodes', low=1, high=64
    )
    clock: bool = setting(True, 'Publish the time of the bag on /clock.')
    clock_rate: float = setting(
        200.0,
        'Messages on /clock each second: a node sees the time in steps of this period.',
        unit='Hz',
        low=1.0,
        high=1000.0,
    )
    qos_overrides: str = setting(
        'rosbag_qos_overrides.yaml',
        'QoS by topic in the format of ros2 bag play: a file of config/, or a path; empty: as it '
        'was recorded.',
        source=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.bag:
            raise ParameterError('bag is empty; set it to the recording to be played')


class BagPlayer(SourceNode):
    """Plays a bag; the services ~/pause and ~/resume stop its time and let it go on."""

    parameter_type: ClassVar = BagPlayerParameters

    def __init__(self, **arguments: Any) -> None:
        """Open the bag and start publishing.

        Raises:
            RealvlgError: a parameter or the bag cannot be used.
        """
        super().__init__('bag_player', **arguments)
        self._started = False
        self._declared = NodeParameters(
            self, BagPlayerParameters, lambda: self._started, 'start the node again with it'
        )
        self.parameters: BagPlayerParameters = self._declared.check()
        limit_threads(self.parameters.threads)
        with ExitStack() as stack:
            self._bag = stack.enter_context(Bag(self.parameters.bag))
            self._topics = self._make_publishers()
            self._stack = stack.pop_all()
        # It stands until there are readers.
        self._clock = PlayClock(self._bag.start_ns, self.parameters.rate, paused=True)
        self._playback = Playback(
            self._bag, self._topics, self._clock, self._publish, self._begin_again, self._end,
            self.parameters.loop,
        )  # fmt: skip
        self._passes = self._warned = 0
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._clock_publisher: Any = None
        if self.parameters.clock:
            self._clock_publisher = self.create_publisher(ClockMsg, '/clock', 10)
            period = 1 / self.parameters.clock_rate
            self.create_timer(period, self._publish_clock, clock=self._steady)
        self.create_service(Trigger, '~/pause', self._pause)
        self.create_service(Trigger, '~/resume', self._resume)
        self._wish_paused = self.parameters.start_paused
        self._begun = False
        self._watch = self._make_watch()
        self.create_timer(_READER_PERIOD_S, self._begin, clock=self._steady)
        self._started = True

    def destroy_node(self) -> None:
        """Stop playing and close the bag."""
        self._playback.close()
        self._stack.close()
        super().destroy_node()

    def _make_publishers(self) -> dict[str, Any]:
        """A publisher for each topic whose type is installed.

        Raises:
            BagError: there is none.
        """
        overrides = {}
        if self.parameters.qos_overrides:
            overrides = read_overrides(config_file(self.parameters.qos_overrides))
        publishers = {}
        for topic in self._bag.topics:
            if topic.name == '/clock' and self.parameters.clock:
                continue
            try:
                message = _message_class(topic)
            except MissingDependencyError as error:
                self.get_logger().warning(str(error))
                continue
            profile = profile_for(topic.name, self._bag.offered_qos(topic.name), overrides)
            publishers[topic.name] = self.create_publisher(message, topic.name, profile)
        if not publishers:
            raise BagError(
                f'{self._bag.path} has no topic whose type is installed; it holds\n'
                f'{self._bag.describe_topics()}'
            )
        return publishers

    def _make_watch(self) -> ReaderWatch:
        kinds = {topic.name: topic.type for topic in self._bag.topics}
        images, infos = (
            {name: each for name, each in self._topics.items() if kinds[name] in wanted}
            for wanted in ((IMAGE, COMPRESSED_IMAGE), (CAMERA_INFO,))
        )
        return ReaderWatch(images, infos, self.parameters.readers)

    def _begin(self) -> None:
        if self._begun:
            return
        if self.parameters.wait_for_reader and not self._watch.ready():
            words = self._watch.words()
            self.get_logger().info(words, throttle_duration_sec=_WAITING_PERIOD_S)
            return
        self._begun = True
        self._warn()
        length_s = (self._bag.end_ns - self._bag.start_ns) * 1e-9
        words = f'plays {length_s:.1f} s of {self._bag.path}, {len(self._topics)} topics'
        if self._wish_paused:
            words += f', once the service {self.get_fully_qualified_name()}/resume is called'
        else:
            self._clock.resume()
        self.get_logger().info(words)
        self._playback.start()

    def _publish(self, message: BagMessage) -> None:
        self._topics[message.topic].publish(message.message)

    def _publish_clock(self) -> None:
        self._clock_publisher.publish(ClockMsg(clock=ns_to_stamp(self._clock.now_ns)))

    def _warn(self) -> None:
        """Log what of the bag could not be read so far, each once."""
        warnings = self._bag.warnings
        for warning in warnings[self._warned :]:
            self.get_logger().warning(warning)
        self._warned = len(warnings)

    def _begin_again(self) -> None:
        self._warn()
        self._passes += 1
        if self._passes > 1:
            self.get_logger().info(f'begins again, for the {self._passes}. time')
        if self._clock_publisher is not None:
            self._publish_clock()

    def _end(self, problem: Exception | None) -> None:
        self._warn()
        if problem is not None:
            self.get_logger().error(f'playing has ended: {problem}')
        for publisher in self._topics.values():
            publisher.wait_for_all_acked(Duration(seconds=_FLUSH_TIMEOUT_S))
        self.finished.set()

    def _pause(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._wish_paused = True
        self._clock.pause()
        response.success, response.message = True, f'paused at {self._played()}'
        return response

    def _resume(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._wish_paused = False
        response.success, response.message = True, f'goes on at {self._played()}'
        if self._begun:
            self._clock.resume()
        return response

    def _played(self) -> str:
        return f'{(self._clock.now_ns - self._bag.start_ns) * 1e-9:.3f} s of the bag'


def _message_class(topic: BagTopic) -> Any:
    """The installed class of a topic's messages.

    Raises:
        MissingDependencyError: it is not installed.
    """
    package, _, name = topic.type.rpartition('/')
    need = f'{topic.name} is left out, a {topic.type}'
    remedy = f'install {package.partition("/")[0]}'
    found = import_optional(package.replace('/', '.'), need, remedy)
    if not hasattr(found, name):
        raise MissingDependencyError(f'{need}: its package has no such message')
    return getattr(found, name)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM, or to the last message; returns the exit status."""
    return run_source(BagPlayer, args)


if __name__ == '__main__':
    sys.exit(main())
