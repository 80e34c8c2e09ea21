"""A bag replayed in lock step into a run folder."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import RealvlgError, ReplayError
from ..grasping.gripper import Gripper
from ..grasping.planner import GraspPlanner
from ..grasping.settings import PlannerSettings
from ..grounding.registry import make_grounder, read_options
from ..pipeline import Pipeline
from ..resources import gripper_file
from ..ros.camera.camera_parameters import CameraParameters
from ..ros.camera.support_input import SupportSurface
from ..tracking.settings import TrackerSettings
from ..tracking.tracker import TargetTracker
from .bags.bag import Bag, BagMessage
from .bags.bag_tf import StaticTransform
from .bags.events import BagEvent
from .bags.frames import BagFrames
from .bags.topics import CameraTopics, choose_topics
from .outputs.run_bag import RunBag
from .outputs.topics import GRASP_FRAME
from .runs.run_reader import RECORDING_FILE
from .session.ahead import read_ahead
from .session.goals import ReplayGoal, check_times
from .session.progress import Progress
from .session.run_folder import RunFolder
from .session.run_summary import RunSummary, describe_bag
from .session.session import ReplaySession, SessionSettings
from .session.step import Step

# Parameters of grasp_node that have their own place in run.json.
_TOLD = ('noise', 'planner', 'tracker', 'gripper')


@dataclass(frozen=True)
class ReplayOptions:
    """What is replayed, with what, and into which folder.

    Attributes:
        bag: its path.
        out: folder of the run.
        goals: that are asked, with ids, in the order of their times.
        session: latency, limits and rates.
        camera: parameters of the camera, as a node has them.
        planner: settings of the planner.
        tracker: settings of the tracker.
        gripper: name of a profile, or its file.
        link: of the robot, whose pose is given for each grasp; empty: the profile's.
        grasp_frame: frame of tf at the best grasp, in the messages.
        backend, backend_options: of the grounder; whoever gives a factory here allows it.
        color, depth, camera_info: topics; empty ones are found.
        static_transforms: that the bag lacks.
        surface: that objects stand on, if tf knows it.
        threads: with 2 or more the bag is read and the messages are written beside the pipeline.
        force: replace the run in the folder.
        messages: write out.mcap.
    """

    bag: Path
    out: Path
    goals: tuple[ReplayGoal, ...]
    session: SessionSettings
    camera: CameraParameters
    planner: PlannerSettings
    tracker: TrackerSettings
    gripper: str
    link: str = ''
    grasp_frame: str = GRASP_FRAME
    backend: str = 'tabletop'
    backend_options: str = ''
    color: str = ''
    depth: str = ''
    camera_info: str = ''
    static_transforms: tuple[StaticTransform, ...] = ()
    surface: SupportSurface | None = None
    threads: int = 1
    force: bool = False
    messages: bool = True


def replay(
    options: ReplayOptions, on_step: Callable[[Step], None] = lambda step: None
) -> RunSummary:
    """Replay a bag; what was written is whole also when it is interrupted.

    Args:
        options: of the run.
        on_step: called with each image and notice, which is written then or soon.

    Raises:
        RealvlgError: the options, the bag or the folder cannot be used.
    """
    with ExitStack() as stack:
        bag = stack.enter_context(Bag(options.bag))
        if options.out.resolve() == bag.path.resolve():
            raise ReplayError(f'{options.out} is the bag itself; give another folder for the run')
        topics = choose_topics(bag, options.color, options.depth, options.camera_info)
        check_times(options.goals, bag, topics.camera_info)
        gripper = Gripper.from_yaml(gripper_file(options.gripper))
        run = _Run(options, bag, topics, gripper, stack)
        run.play(on_step)
        return run.summary


class _Run:
    """The parts of a run that is going on."""

    def __init__(
        self,
        options: ReplayOptions,
        bag: Bag,
        topics: CameraTopics,
        gripper: Gripper,
        stack: ExitStack,
    ) -> None:
        self._options, self._bag = options, bag
        self._passed: list[BagMessage] = []
        self._frames = BagFrames(
            bag, topics, options.camera, surface=options.surface,
            static_transforms=options.static_transforms, on_tf=self._passed.append,
        )  # fmt: skip
        gripper.tcp_in(options.link)
        grounder = make_grounder(
            options.backend, read_options(options.backend_options), (options.backend,)
        )
        grounder.load()
        stack.callback(grounder.close)
        tracker = TargetTracker(options.tracker, options.session.max_grasps)
        pipeline = Pipeline(grounder, GraspPlanner(gripper, options.planner), tracker)
        self._session = ReplaySession(pipeline, options.goals, options.session)
        self.summary = RunSummary(_given(options, bag, topics, gripper), options.goals)
        self._folder = stack.enter_context(RunFolder(options.out, options.force))
        self._describe('the run has not ended: it goes on, or was killed')
        self._messages: RunBag | None = None
        if options.messages:
            path = options.out / RECORDING_FILE
            self._messages = stack.enter_context(
                RunBag(
                    path,
                    gripper,
                    options.link,
                    options.grasp_frame,
                    in_thread=options.threads > 1,
                )  # fmt: skip
            )
            self._messages.give(options.static_transforms, bag.start_ns)

    def play(self, on_step: Callable[[Step], None]) -> None:
        """Run to the end of the bag; run.json is there whatever happens."""
        progress = Progress((self._bag.end_ns - self._bag.start_ns) / 1e9)
        frames = 0
        ended = 'the run was interrupted before the end of the bag'
        try:
            with closing(self._events()) as events:
                for step in self._session.run(events):
                    self._write(step)
                    frames += step.frame is not None
                    if step.answers:
                        # What is said of them must not stand behind the bar.
                        progress.close()
                    on_step(step)
                    progress.update(step.time_ns / 1e9, frames)
            ended = ''
        except RealvlgError as error:
            ended = str(error)
            raise
        finally:
            progress.close()
            self._describe(ended)

    def _write(self, step: Step) -> None:
        with step.timed('write'):
            if self._messages is not None:
                self._messages.add(step)
            self.summary.add(step)
        self._folder.add(step)

    def _events(self) -> Generator[BagEvent, None, None]:
        """Images and notices; the transforms that were read with them go to the messages."""
        pairs = self._read()
        if self._options.threads > 1:
            pairs = read_ahead(pairs)
        # The bag is closed after this, and another thread must not read it then.
        with closing(pairs):
            for transforms, event in pairs:
                if transforms and self._messages is not None:
                    self._messages.pass_on(transforms)
                if event is not None:
                    yield event

    def _read(self) -> Generator[tuple[list[BagMessage], BagEvent | None], None, None]:
        for event in self._frames:
            yield self._taken(), event
        yield self._taken(), None

    def _taken(self) -> list[BagMessage]:
        taken = list(self._passed)
        self._passed.clear()
        return taken

    def _describe(self, ended: str = '') -> None:
        warnings = [*self._bag.warnings, *filter(None, [ended])]
        if self._options.session.latency.seconds is None:
            warnings.append('groundings took the time that was measured: other runs may differ')
        self._folder.describe(self.summary.values(self._frames.counts.dropped, warnings))


def _given(
    options: ReplayOptions, bag: Bag, topics: CameraTopics, gripper: Gripper
) -> dict[str, Any]:
    """What is known of a run before it begins."""
    camera = asdict(options.camera)
    return {
        'bag': describe_bag(bag, str(options.bag), topics),
        'latency': str(options.session.latency),
        'gripper': gripper.name,
        'backend': options.backend,
        'static_transforms': [
            {
                'parent': each.parent,
                'child': each.child,
                'child2parent': each.child2parent.tolist(),
            }
            for each in options.static_transforms
        ],
        'parameters': {
            'planner': asdict(options.planner),
            'tracker': asdict(options.tracker),
            'noise': asdict(options.camera.noise.to_depth_noise()),
            'limits': asdict(options.session.limits),
            'camera': {name: value for name, value in camera.items() if name not in _TOLD},
        },
    }
