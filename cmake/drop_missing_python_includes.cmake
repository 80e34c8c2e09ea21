# ROS 2 built into Python wheels names the Python headers of the machine that
# built the wheels. Drop those include directories from imported targets; on an
# ordinary ROS installation there are none and nothing happens.
function(_drop_missing_python_includes)
  get_directory_property(targets IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(includes ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(includes)
      list(FILTER includes EXCLUDE REGEX "^/opt/python/cp")
      set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${includes}")
    endif()
  endforeach()
endfunction()

cmake_language(DEFER CALL _drop_missing_python_includes)
