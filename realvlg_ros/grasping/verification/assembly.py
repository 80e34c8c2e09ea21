"""Grasps in the camera's optical frame, made of candidates that passed all checks."""

from __future__ import annotations

import numpy as np

from ...rectangle import ContactPair
from ...transforms import make_transform, transform_points
from ..candidates import Candidates
from ..collision.collision import clearances
from ..context import PlanningContext
from ..covariance import SEARCHED, contact_covariance, tcp_covariance
from ..grasp import Grasp, GraspSource
from .checks import Checked


def assemble(context: PlanningContext, best: Checked) -> list[Grasp]:
    """The grasps of the candidates, in the same order."""
    gaps, quality = clearances(context, best.candidates), best.quality
    return [_grasp(context, best, k, float(g), float(quality[k])) for k, g in enumerate(gaps)]


def _grasp(
    context: PlanningContext, best: Checked, k: int, clearance: float, quality: float
) -> Grasp:
    scene, settings = context.scene, context.settings
    candidates, closing = best.candidates, best.closing
    contacts = transform_points(scene.support2camera, closing.contacts[k])
    tcp2support = make_transform(candidates.rotations[k], candidates.tips[k])
    tcp2camera = scene.support2camera @ tcp2support
    camera = scene.frame.camera
    pixels = camera.project(contacts)
    depth = float(contacts[:, 2].mean())
    pair = ContactPair(*pixels[0], *pixels[1])
    counts = (int(closing.counts[k, 0]), int(closing.counts[k, 1]))
    # Of a line across the line of sight both ends are seen.
    along = context.hidden_error * abs(candidates.rotations[k, 0, 1])
    hidden = scene.support2camera[:3, 0] * along
    return Grasp(
        tcp2frame=tcp2camera,
        covariance=tcp_covariance(
            contact_covariance(contacts, counts, camera.fx, scene.frame.noise, hidden),
            contacts.mean(axis=0),
            tcp2camera,
            SEARCHED,
        ),
        object_width=float(closing.widths[k]),
        opening_width=float(candidates.openings[k]),
        standoff=settings.standoff,
        retreat=scene.support2camera[:3, 2].copy(),
        retreat_distance=settings.retreat_distance,
        quality=quality,
        source=_source(candidates, k),
        proposer=str(candidates.proposers[k]),
        rectangle=pair.to_rectangle(context.gripper.finger_width * camera.fx / depth),
        contacts=pair,
        contact_points=contacts,
        support_counts=counts,
        clearance=clearance,
        terms={name: float(value[k]) for name, value in best.terms.items()},
        preference=float(np.clip(best.score[k], 0, 1)),
        contacts_seen=(float(closing.seen[k, 0]), float(closing.seen[k, 1])),
    )


def _source(candidates: Candidates, k: int) -> GraspSource:
    if candidates.proposers[k]:
        return GraspSource.EXTERNAL
    return GraspSource.MODEL if candidates.from_model[k] else GraspSource.GEOMETRY
