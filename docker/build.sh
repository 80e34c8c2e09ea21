#!/usr/bin/env bash
# Build and install the package of WORKSPACE/src into WORKSPACE/install.
# Usage: build.sh WORKSPACE; a ROS distribution is sourced already, or lies in /opt/ros.
set -euo pipefail
cd "$1"
if [[ -f /opt/ros/${ROS_DISTRO:-none}/setup.bash ]]; then
  set +u # The set-up files of ROS read variables that need not be set.
  # shellcheck disable=SC1090
  source "/opt/ros/$ROS_DISTRO/setup.bash"
  set -u
fi
colcon build --merge-install --packages-select realvlg_ros --cmake-args -DBUILD_TESTING=OFF
rm -rf build log
