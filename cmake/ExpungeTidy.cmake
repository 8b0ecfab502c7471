# The target `tidy`: clang-tidy over expunge's own sources, by the rules of .clang-tidy. It configures a folder of its
# own, since clang reads none of GCC's precompiled headers.
find_program(RUN_CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
if(RUN_CLANG_TIDY)
  add_custom_target(tidy
    COMMAND "${CMAKE_COMMAND}" -S "${PROJECT_SOURCE_DIR}" -B "${CMAKE_BINARY_DIR}/tidy" -G Ninja -D CMAKE_BUILD_TYPE=Debug
      -D CMAKE_EXPORT_COMPILE_COMMANDS=ON -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON -D EXPUNGE_WITH_NCCL=OFF
      -D "CMAKE_PREFIX_PATH=${CMAKE_PREFIX_PATH}" --log-level=WARNING
    COMMAND "${RUN_CLANG_TIDY}" -quiet -p "${CMAKE_BINARY_DIR}/tidy" -extra-arg=-Wno-unknown-warning-option
      -extra-arg=-Wno-unused-command-line-argument "^${PROJECT_SOURCE_DIR}/(framework|shards|aggregation|launcher|tests)/"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" USES_TERMINAL VERBATIM)
endif()
