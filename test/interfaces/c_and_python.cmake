# Tests speak C and Python alone: leave out what would generate and compile C++. To be included
# after every find_package, since message packages bring the generators that they were built with.
list(FILTER AMENT_EXTENSIONS_rosidl_generate_idl_interfaces EXCLUDE REGEX "_cpp:")
