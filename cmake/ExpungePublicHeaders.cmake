# The headers that a program outside of this repository includes. What they include is installed too, but only these are
# meant for others: examples/out-of-tree/README.md tells of each, and tests/install compiles each one alone.
set(EXPUNGE_PUBLIC_HEADERS
  framework/config/spec.hpp
  framework/core/error.hpp
  framework/core/guarantee.hpp
  framework/core/ids.hpp
  framework/random/key.hpp
  framework/data/dataset.hpp
  framework/data/format.hpp
  framework/loss/loss.hpp
  framework/model/architecture.hpp
  framework/model/model.hpp
  framework/model/module_model.hpp
  shards/train/recorder.hpp
  shards/train/train_shard.hpp
  shards/train/training_configuration.hpp
  shards/methods/catalogue.hpp
  shards/methods/method.hpp
  shards/methods/workbench.hpp
  aggregation/predict/ensemble.hpp
  launcher/process/environment.hpp
  launcher/training/training_run.hpp
  launcher/coordinator/unlearning_run.hpp
  launcher/verification/verification.hpp
  launcher/comparison/comparison.hpp
  launcher/serving/ensemble.hpp
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
