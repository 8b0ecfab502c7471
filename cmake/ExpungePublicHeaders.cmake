# The headers that a program outside of this repository includes. What they include is installed too, but only these are
# kept to: cmake/README.md tells of each, and tests/install compiles each one alone.
set(EXPUNGE_PUBLIC_HEADERS
  framework/config/spec.hpp
  framework/core/error.hpp
  framework/core/ids.hpp
  framework/random/key.hpp
  framework/data/dataset.hpp
  framework/loss/loss.hpp
  framework/model/architecture.hpp
  framework/model/model.hpp
  framework/model/module_model.hpp
  shards/train/recorder.hpp
  launcher/commands/command_line.hpp)

# expunge_header_closure(<variable> <headers...>): them and every header of the project that they include.
function(expunge_header_closure variable)
  set(waiting ${ARGN})
  set(known)
  while(waiting)
    list(POP_FRONT waiting header)
    if(header IN_LIST known)
      continue()
    endif()
    if(NOT EXISTS "${PROJECT_SOURCE_DIR}/${header}")
      message(FATAL_ERROR "cmake/ExpungePublicHeaders.cmake names ${header}, or a header named there includes it, and it is not there")
    endif()
    list(APPEND known "${header}")
    set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
    file(STRINGS "${PROJECT_SOURCE_DIR}/${header}" includes REGEX "^#include \"")
    list(TRANSFORM includes REPLACE "^#include \"([^\"]+)\".*$" "\\1")
    list(APPEND waiting ${includes})
  endwhile()
  set(${variable} ${known} PARENT_SCOPE)
endfunction()
