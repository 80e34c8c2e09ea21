"""A parallel hand that floats on springs, made of a gripper profile."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from ...arrays import FloatArray
from ...errors import GripperError
from ...grasping.actuation import Actuation
from ...grasping.gripper import Gripper
from .settings import PickSettings

# Names of the hand's geometries, by which contacts are told apart.
FINGERS = ('finger -y', 'finger +y')
PADS = ('pad -y', 'pad +y')
PALM = 'palm'
HAND_GEOMS = (*FINGERS, *PADS, PALM)

# Masses of palm and finger, kg. From the Franka hand's 0.73 kg; the hand bears its own weight.
_PALM_MASS, _FINGER_MASS = 0.6, 0.065
# Thickness of the pad that covers a finger's inner face, m. Chosen: of rubber pads.
_PAD = 0.002
# How far the hand may travel from where it starts, m. Chosen: more than any lift.
_REACH = 1.0


def add_hand(
    spec: Any, mujoco: Any, gripper: Gripper, pose: FloatArray, opening: float,
    settings: PickSettings,
) -> None:  # fmt: skip
    """Add a hand to a model: three joints that carry it along the world's axes, and two fingers.

    Its orientation is that of the pose and stays. Each carrying joint is driven to a position by a
    spring of the arm's stiffness, with critical damping; the fingers are driven at the profile's
    speed with its force at most, and mirror each other, as a linkage makes them.

    Args:
        spec: of the model.
        mujoco: the module.
        gripper: profile with an `actuation`.
        pose: (4x4) TCP to world, where the hand starts.
        opening: of the fingers at the start, m.
        settings: stiffness and friction.

    Raises:
        GripperError: the profile does not say with which force and speed it closes.
    """
    actuation = check_actuation(gripper)
    damping = actuation.closing_force / (actuation.closing_speed / 2)
    rotation = pose[:3, :3]
    hand = spec.worldbody.add_body(name='hand', pos=pose[:3, 3], quat=wxyz(rotation), gravcomp=1.0)
    for axis, name in enumerate(('x', 'y', 'z')):
        hand.add_joint(
            name=f'carry {name}', type=mujoco.mjtJoint.mjJNT_SLIDE, axis=rotation[axis],
            range=[-_REACH, _REACH],
        )  # fmt: skip
        _add_spring(spec, mujoco, f'carry {name}', settings)
    minus, plus, palm = gripper.boxes(opening)
    _add_box(hand, mujoco, PALM, palm, _PALM_MASS, settings.friction)
    closed = (opening - gripper.min_opening) / 2
    for side, name, pad, box in ((-1, *_names(0), minus), (1, *_names(1), plus)):
        finger = hand.add_body(name=f'{name} body', gravcomp=1.0)
        finger.add_joint(
            name=name, type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[0, -side, 0],
            range=[(opening - gripper.max_opening) / 2 - 1e-6, closed],
            limited=mujoco.mjtLimited.mjLIMITED_TRUE, damping=damping,
        )  # fmt: skip
        hard, soft = box.copy(), box.copy()
        inner = 0 if side > 0 else 1
        hard[inner, 1] += side * _PAD
        soft[1 - inner, 1] = hard[inner, 1]
        _add_box(finger, mujoco, name, hard, _FINGER_MASS, settings.friction)
        rubber = _add_box(finger, mujoco, pad, soft, 1e-4, settings.pad_friction)
        rubber.priority = 1
        rubber.solref = [settings.pad_compliance, 1.0]
    _couple(spec, mujoco)
    _add_drive(spec, mujoco, actuation)


def check_actuation(gripper: Gripper) -> Actuation:
    """How a gripper closes.

    Raises:
        GripperError: the profile does not say with which force and speed it closes.
    """
    if gripper.actuation is None:
        raise GripperError(
            f'gripper {gripper.name!r} has no actuation in its profile; force and speed of the '
            'fingers are needed'
        )
    return gripper.actuation


def wxyz(rotation: FloatArray) -> FloatArray:
    """A rotation matrix (3, 3) as a unit quaternion in the order w, x, y, z."""
    return np.roll(Rotation.from_matrix(rotation).as_quat(), 1)


def _names(index: int) -> tuple[str, str]:
    return FINGERS[index], PADS[index]


def _add_box(
    body: Any, mujoco: Any, name: str, box: FloatArray, mass: float, friction: float
) -> Any:
    """Add a box, given by its lower and upper corners (2, 3), to a body."""
    return body.add_geom(
        name=name, type=mujoco.mjtGeom.mjGEOM_BOX, pos=box.mean(axis=0),
        size=(box[1] - box[0]) / 2, mass=mass, friction=[friction, 0.005, 0.0001], condim=4,
    )  # fmt: skip


def _add_spring(spec: Any, mujoco: Any, joint: str, settings: PickSettings) -> None:
    """Drive a joint to a position, with critical damping for the hand's mass."""
    mass = _PALM_MASS + 2 * _FINGER_MASS
    damping = 2 * np.sqrt(settings.stiffness * mass)
    actuator = spec.add_actuator(
        name=joint, target=joint, trntype=mujoco.mjtTrn.mjTRN_JOINT,
        gaintype=mujoco.mjtGain.mjGAIN_FIXED, biastype=mujoco.mjtBias.mjBIAS_AFFINE,
    )  # fmt: skip
    actuator.gainprm[0] = settings.stiffness
    actuator.biasprm[1:3] = -settings.stiffness, -damping


def _couple(spec: Any, mujoco: Any) -> None:
    """Let the fingers mirror each other."""
    equality = spec.add_equality(
        type=mujoco.mjtEq.mjEQ_JOINT, name1=FINGERS[0], name2=FINGERS[1],
        objtype=mujoco.mjtObj.mjOBJ_JOINT, solref=[0.004, 1.0],
    )  # fmt: skip
    equality.data[:5] = 0.0, 1.0, 0.0, 0.0, 0.0


def _add_drive(spec: Any, mujoco: Any, actuation: Actuation) -> None:
    """Drive both fingers with a force in proportion to the speed that is asked for.

    The damping of their joints lets them move at that speed where nothing is in the way; fingers
    that are stopped press with all of the force.
    """
    speed = actuation.closing_speed / 2
    tendon = spec.add_tendon(name='fingers')
    for name in FINGERS:
        tendon.wrap_joint(name, 0.5)
    # A force on the tendon acts on each finger by its coefficient of a half.
    actuator = spec.add_actuator(
        name='fingers', target='fingers', trntype=mujoco.mjtTrn.mjTRN_TENDON,
        gaintype=mujoco.mjtGain.mjGAIN_FIXED, biastype=mujoco.mjtBias.mjBIAS_NONE,
    )  # fmt: skip
    actuator.gainprm[0] = 2 * actuation.closing_force / speed
