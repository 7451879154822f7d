# The top CMakeLists.txt as ESP-IDF reads it at first, as a script and with a stand-in for its own
# function: prints what the component hands over.
#   cmake -DROOT=... -P espidf.cmake
set(ESP_PLATFORM 1)
set(CMAKE_BUILD_EARLY_EXPANSION 1)
function(idf_component_register)
  cmake_parse_arguments(C "" "" "SRCS;INCLUDE_DIRS;PRIV_INCLUDE_DIRS;REQUIRES;PRIV_REQUIRES" ${ARGN})
  if(C_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "not understood: ${C_UNPARSED_ARGUMENTS}")
  endif()
  foreach(source ${C_SRCS})
    message("source ${source}")
  endforeach()
  foreach(folder ${C_INCLUDE_DIRS} ${C_PRIV_INCLUDE_DIRS})
    message("include ${folder}")
  endforeach()
endfunction()
include(${ROOT}/CMakeLists.txt)
