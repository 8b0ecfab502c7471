# How expunge's own targets are compiled. Other projects' targets are left alone.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(expunge_compiler INTERFACE)
# Exactness: no contraction to fused multiply-adds and no machine-dependent code generation in our own numerics.
set(EXPUNGE_NUMERIC_FLAGS -ffp-contract=off)
target_compile_options(expunge_compiler INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow ${EXPUNGE_NUMERIC_FLAGS}
  $<$<BOOL:${EXPUNGE_WERROR}>:-Werror>)
if(EXPUNGE_SANITIZE)
  # What the sanitizers add keeps GCC from seeing that the standard library's own variables are set.
  target_compile_options(expunge_compiler INTERFACE -fsanitize=${EXPUNGE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    -Wno-maybe-uninitialized)
  target_link_options(expunge_compiler INTERFACE -fsanitize=${EXPUNGE_SANITIZE})
endif()
target_link_options(expunge_compiler INTERFACE -Wl,--no-undefined)
