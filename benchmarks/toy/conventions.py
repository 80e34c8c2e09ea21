"""The units that the toy model answers in."""

from realvlg_ros.grounding.realvlg.coordinates import Convention

CONVENTIONS = (Convention.ORIGINAL, Convention.RESIZED, Convention.NORM1000)
