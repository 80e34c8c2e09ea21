#!/usr/bin/env bash
# Install what package.xml names, by rosdep, and the one package that rosdep does not know.
# Usage: install.sh WORKSPACE; the package lies in WORKSPACE/src.
set -euo pipefail
workspace=$1
apt-get update
rosdep update --rosdistro "$ROS_DISTRO"
# RViz shows what a headless image cannot.
rosdep install --rosdistro "$ROS_DISTRO" --from-paths "$workspace/src" --ignore-src -y \
  --dependency-types build --dependency-types buildtool --dependency-types build_export \
  --dependency-types exec --skip-keys rviz2
apt-get install -y --no-install-recommends python3-threadpoolctl
rm -rf /var/lib/apt/lists/*
