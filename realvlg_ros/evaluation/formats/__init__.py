"""Grasp labels of published datasets, read and written in their own conventions.

Each module turns one format into GraspRectangle and ContactPair, whose angle is that of the
opening axis, rad, x toward y with y down.
"""

from .cornell import read_cornell, write_cornell
from .graspnet import GraspNetLabel, read_graspnet, write_graspnet
from .jacquard import read_jacquard, write_jacquard
from .ocid_vlg import OcidVlgLabel, read_ocid_vlg, write_ocid_vlg
from .realvlg import RealVlgLabel, read_realvlg, write_realvlg

__all__ = [
    'GraspNetLabel',
    'OcidVlgLabel',
    'RealVlgLabel',
    'read_cornell',
    'read_graspnet',
    'read_jacquard',
    'read_ocid_vlg',
    'read_realvlg',
    'write_cornell',
    'write_graspnet',
    'write_jacquard',
    'write_ocid_vlg',
    'write_realvlg',
]
