# Everything expunge stands on, found here and nowhere else; `expunge::dependencies` carries it. Nothing is downloaded.
# An installed expunge includes this file too (expungeConfig.cmake.in): there it says what is missing and leaves the rest to
# whoever looked for it. Its targets are imported, so that the exported libraries name them and do not contain them.
set(expunge_required REQUIRED)
set(expunge_scope GLOBAL)
if(CMAKE_FIND_PACKAGE_NAME STREQUAL "expunge")
  set(expunge_required "")
  set(expunge_scope "")
else()
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON) # for a project that takes expunge in with add_subdirectory
endif()
macro(expunge_find package)
  if(expunge_required)
    find_package(${package} ${ARGN} REQUIRED)
  else()
    find_dependency(${package} ${ARGN})
  endif()
endmacro()

expunge_find(MPI 3.1 COMPONENTS C)

# A LibTorch in a prefix of its own (torch.utils.cmake_prefix_path ends in share/cmake) looks for its libraries by name: let
# it find its own before the distribution's.
foreach(prefix IN LISTS CMAKE_PREFIX_PATH ENV{CMAKE_PREFIX_PATH})
  if(prefix MATCHES "/share/cmake/?$")
    cmake_path(SET torch_prefix NORMALIZE "${prefix}/../..")
    list(PREPEND CMAKE_PREFIX_PATH "${torch_prefix}")
  endif()
endforeach()
# A CUDA LibTorch asks which GPUs to compile for and tries them out. No device code is compiled here: any answer serves.
if(NOT DEFINED TORCH_CUDA_ARCH_LIST AND NOT DEFINED ENV{TORCH_CUDA_ARCH_LIST})
  set(TORCH_CUDA_ARCH_LIST 9.0)
endif()
expunge_find(Torch)
expunge_find(HDF5 COMPONENTS C) # serial: one writer per file
expunge_find(Boost 1.71 COMPONENTS program_options)
expunge_find(fmt)
expunge_find(spdlog)
expunge_find(nlohmann_json 3.10)
expunge_find(ZLIB)
expunge_find(PkgConfig)
pkg_check_modules(SODIUM ${expunge_required} IMPORTED_TARGET ${expunge_scope} libsodium)
if(NOT SODIUM_FOUND)
  set(expunge_FOUND FALSE)
  set(expunge_NOT_FOUND_MESSAGE "libsodium, which expunge stands on, was not found by pkg-config")
  return()
endif()

add_library(expunge::torch INTERFACE IMPORTED ${expunge_scope})
# A wheel's LibTorch carries headers of another fmt than the one that spdlog and we are linked to: ours go first.
foreach(folder IN LISTS TORCH_INCLUDE_DIRS)
  if(EXISTS "${folder}/fmt/core.h" AND NOT folder STREQUAL "/usr/include")
    find_path(EXPUNGE_FMT_INCLUDE_DIR fmt/core.h HINTS "${fmt_DIR}/../../../include" "${fmt_DIR}/../../../../include" NO_CMAKE_PATH
      NO_CMAKE_ENVIRONMENT_PATH REQUIRED)
    file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/first")
    file(CREATE_LINK "${EXPUNGE_FMT_INCLUDE_DIR}/fmt" "${CMAKE_BINARY_DIR}/first/fmt" SYMBOLIC)
    target_include_directories(expunge::torch SYSTEM INTERFACE "${CMAKE_BINARY_DIR}/first")
  endif()
endforeach()
# LibTorch's own flags are for its own build; its headers are a system's to us, so that our warnings speak of our code.
target_include_directories(expunge::torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(expunge::torch INTERFACE ${TORCH_LIBRARIES})

# An interface of the C API alone: the C++ bindings of MPI are gone from the standard, and their headers warn.
add_library(expunge::mpi INTERFACE IMPORTED ${expunge_scope})
target_link_libraries(expunge::mpi INTERFACE MPI::MPI_C)
target_compile_definitions(expunge::mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)

add_library(expunge::hdf5 INTERFACE IMPORTED ${expunge_scope})
target_include_directories(expunge::hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(expunge::hdf5 INTERFACE ${HDF5_C_LIBRARIES})
target_compile_definitions(expunge::hdf5 INTERFACE ${HDF5_DEFINITIONS})

# NCCL sums votes that lie on GPUs. AUTO takes it where LibTorch itself has CUDA: elsewhere no vote ever lies on a GPU, and
# every program would need libnccl and libcudart to start. ON takes it with any LibTorch.
set(EXPUNGE_TORCH_HAS_CUDA OFF)
if(TARGET torch_cuda OR TORCH_CUDA_LIBRARIES)
  set(EXPUNGE_TORCH_HAS_CUDA ON)
endif()
if(NOT EXPUNGE_WITH_NCCL MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "EXPUNGE_WITH_NCCL is AUTO, ON or OFF, not '${EXPUNGE_WITH_NCCL}'")
endif()
# By itself, so that a test can put its own copy, compiled with NCCL, in its place.
set_property(SOURCE framework/comm/nccl_sum.cpp PROPERTY SKIP_UNITY_BUILD_INCLUSION ON)
add_library(expunge::nccl INTERFACE IMPORTED ${expunge_scope})
set(EXPUNGE_NCCL_BUILT OFF)
set(EXPUNGE_NCCL_STATUS "not built (EXPUNGE_WITH_NCCL is OFF)")
if(NOT EXPUNGE_WITH_NCCL STREQUAL OFF)
  find_package(CUDAToolkit QUIET)
  find_package(NCCL QUIET)
  # The static runtime lives beside the one that LibTorch loads, whatever its version; NCCL itself carries it so.
  set(EXPUNGE_CUDART CUDA::cudart)
  if(TARGET CUDA::cudart_static)
    set(EXPUNGE_CUDART CUDA::cudart_static)
  endif()
  if(NOT CUDAToolkit_FOUND OR NOT NCCL_FOUND)
    if(NOT CUDAToolkit_FOUND)
      set(missing "no CUDA toolkit: install NVIDIA's cuda-toolkit and set CUDAToolkit_ROOT where it is not found")
    else()
      set(missing "no NCCL: install libnccl2 and libnccl-dev and set NCCL_ROOT where they are not found")
    endif()
    if(EXPUNGE_WITH_NCCL STREQUAL ON)
      message(FATAL_ERROR "EXPUNGE_WITH_NCCL=ON, but there is ${missing}")
    endif()
    set(EXPUNGE_NCCL_STATUS "not built (${missing})")
  elseif(EXPUNGE_WITH_NCCL STREQUAL ON OR EXPUNGE_TORCH_HAS_CUDA)
    set(EXPUNGE_NCCL_BUILT ON)
    set(EXPUNGE_NCCL_STATUS "${NCCL_VERSION} (${NCCL_LIBRARY}), CUDA toolkit ${CUDAToolkit_VERSION}")
    target_link_libraries(expunge::nccl INTERFACE NCCL::NCCL ${EXPUNGE_CUDART})
  else()
    set(EXPUNGE_NCCL_STATUS "${NCCL_VERSION}, compiled and linked by a test alone: LibTorch has no CUDA (EXPUNGE_WITH_NCCL=ON takes it regardless)")
  endif()
endif()

add_library(expunge::dependencies INTERFACE IMPORTED ${expunge_scope})
if(expunge_required) # no public header includes it
  find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)
  target_include_directories(expunge::dependencies SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR})
endif()
target_link_libraries(expunge::dependencies INTERFACE expunge::torch expunge::mpi expunge::hdf5 expunge::nccl Boost::program_options fmt::fmt
  spdlog::spdlog nlohmann_json::nlohmann_json ZLIB::ZLIB PkgConfig::SODIUM ${CMAKE_DL_LIBS})
