# The target `tidy`: clang-tidy over expunge's own sources, by the rules of .clang-tidy (cmake/tidy.sh).
find_program(RUN_CLANG_TIDY NAMES run-clang-tidy-14)
if(RUN_CLANG_TIDY)
  add_custom_target(tidy
    COMMAND "${CMAKE_COMMAND}" -E env "CMAKE_PREFIX_PATH=${CMAKE_PREFIX_PATH}" bash "${PROJECT_SOURCE_DIR}/cmake/tidy.sh"
    USES_TERMINAL VERBATIM)
endif()
