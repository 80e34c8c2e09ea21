#!/usr/bin/env bash
# Source ROS and the workspace, then run the command of the container.
set -eo pipefail
# shellcheck disable=SC1090
source "${REALVLG_ROS_PREFIX:-/opt/ros/$ROS_DISTRO}/setup.bash"
# shellcheck disable=SC1090,SC1091
source "${REALVLG_WORKSPACE:-/ws}/install/setup.bash"
exec "$@"
