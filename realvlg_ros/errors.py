"""The errors of this package. Each message names the value that was wrong and the remedy."""


class RealvlgError(Exception):
    """Base of every error raised on purpose by this package."""


class CameraError(RealvlgError):
    """Camera intrinsics or distortion that cannot be used."""


class FrameError(RealvlgError):
    """An RGB-D frame whose size, type, unit or content cannot be used."""


class TransformError(RealvlgError):
    """A transform that is invalid, unknown, or not known at the time asked for."""


class InstructionError(RealvlgError):
    """An instruction that cannot be taken: empty, too long, or without words."""


class GroundingError(RealvlgError):
    """A grounder that could not do its work; not the same as an object that is not there."""


class AnswerError(GroundingError):
    """A model whose answers cannot be read; it may have been asked for what is not there."""


class RejectedError(GroundingError):
    """A server that answered with an error status."""

    def __init__(self, message: str, status: int) -> None:
        """Say what it answered, and the status of HTTP."""
        super().__init__(message)
        self.status = status


class BusyError(GroundingError):
    """A server that takes no question now, and may take it later."""

    def __init__(self, message: str, retry_after_s: float = 0.0) -> None:
        """Say what it answered, and the pause that it asked for, s; 0 for none."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class GroundingCanceled(RealvlgError):
    """A grounding that was stopped on request before it had an answer."""


class RectangleError(RealvlgError):
    """A grasp rectangle or contact pair that is degenerate or outside its image."""


class LiftError(RealvlgError):
    """A rectangle or contact pair that the depth does not support as a grasp."""


class GripperError(RealvlgError):
    """A gripper profile that is incomplete or contradicts itself."""


class ParameterError(RealvlgError):
    """A parameter outside its range, or in conflict with another."""


class MissingDependencyError(RealvlgError):
    """An optional package that a feature needs and that is not installed."""


class SupportPlaneError(RealvlgError):
    """No plane that objects stand on could be found in the depth."""


class MessageError(RealvlgError):
    """A ROS message whose content cannot be used: encoding, size, step or data."""


class BagError(RealvlgError):
    """A recording that cannot be read, lacks what is needed, or cannot be written."""


class ReplayError(RealvlgError):
    """A replay that cannot be done as it was asked for."""


class WorldError(RealvlgError):
    """A description of a simulated world that cannot be used."""


class JudgeError(RealvlgError):
    """A grasp or scene that cannot be judged on its meshes."""


class LabelError(RealvlgError):
    """A label of a published dataset that does not follow its format."""


class RobotModelError(RealvlgError):
    """A description of the robot's shape that is incomplete or cannot be used."""


class EvaluationError(RealvlgError):
    """Results and ground truth that cannot be compared."""


class TrainingError(RealvlgError):
    """A training that cannot start, go on, or keep its result."""


class RecordingError(RealvlgError):
    """A recording that cannot be kept, read or exported."""


class AnnotationError(RealvlgError):
    """A set of annotations, or a correction of one, that cannot be used."""


class RunError(RealvlgError):
    """The folder of a replay that cannot be read, or two that cannot be compared."""


class PickError(RealvlgError):
    """A step of a pick that could not be done; the next grasp may be tried."""

    def __init__(self, message: str, moved: bool = False) -> None:
        """Say what failed, and whether the robot may have moved in this step."""
        super().__init__(message)
        self.moved = moved


class StaleTargetError(PickError):
    """A target that was lost, is not stable any more, or has not been checked lately."""


class RobotUnavailableError(RealvlgError):
    """A server that moves the robot is not there, or does not answer."""


class NoPlanError(RealvlgError):
    """No grasps for an instruction."""

    def __init__(self, status: int, message: str) -> None:
        """Take the status of the PlanGrasps result and its reason."""
        super().__init__(message)
        self.status = status


class PickHalted(RealvlgError):
    """A pick that was canceled or whose time is up; the message says how the robot stopped."""

    def __init__(self, message: str, timed_out: bool = False) -> None:
        """Say why, and whether it was the deadline."""
        super().__init__(message)
        self.timed_out = timed_out
