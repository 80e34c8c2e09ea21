#!/usr/bin/env bash
# Build the package with colcon and install it into the virtual environment given as $1,
# which is itself a ROS prefix, so that its Python needs no sourcing. The interface packages
# of test/interfaces go with it where the real ones are not installed.
set -euo pipefail
venv=$1
cd "$(dirname "$0")/.."
mkdir -p build
log=build/colcon.log
packages=(realvlg_ros)
paths=(.)
for package in tf2_msgs vision_msgs object_recognition_msgs moveit_msgs grasping_msgs; do
  if [[ ! -d $venv/share/$package || -d build/colcon/$package ]]; then
    packages+=("$package")
    paths+=("test/interfaces/$package")
  fi
done
echo '[2/2] building the interfaces and the nodes (half a minute the first time)'
export PATH="$venv/bin:$PATH" AMENT_PREFIX_PATH="$venv" CMAKE_PREFIX_PATH="$venv"
if ! "$venv/bin/colcon" --log-base build/colcon_log build --base-paths "${paths[@]}" --symlink-install --merge-install \
  --build-base build/colcon --install-base "$venv" --packages-select "${packages[@]}" \
  --cmake-args -G Ninja "-DREALVLG_PYTHON=$venv/bin/python" "-DPython3_EXECUTABLE=$venv/bin/python" \
  -DBUILD_TESTING=OFF --no-warn-unused-cli >"$log" 2>&1; then
  cat "$log" >&2
  echo "build failed; the whole log is in $log" >&2
  exit 1
fi
# Links to modules that have moved since the last build lead nowhere.
find "$venv/lib" -path '*/site-packages/realvlg_ros/*' -xtype l -delete
