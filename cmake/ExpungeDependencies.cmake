# Everything expunge stands on, found here and nowhere else; `expunge_dependencies` carries it. Nothing is downloaded.
find_package(MPI 3.1 REQUIRED COMPONENTS C)
find_package(Torch REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C) # serial: one writer per file
find_package(Boost 1.71 REQUIRED COMPONENTS program_options)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)

add_library(expunge_torch INTERFACE)
# LibTorch's own flags are for its own build; its headers are a system's to us, so that our warnings speak of our code.
target_include_directories(expunge_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(expunge_torch INTERFACE ${TORCH_LIBRARIES})

# An interface of the C API alone: the C++ bindings of MPI are gone from the standard, and their headers warn.
add_library(expunge_mpi INTERFACE)
target_link_libraries(expunge_mpi INTERFACE MPI::MPI_C)
target_compile_definitions(expunge_mpi INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)

add_library(expunge_hdf5 INTERFACE)
target_include_directories(expunge_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(expunge_hdf5 INTERFACE ${HDF5_C_LIBRARIES})
target_compile_definitions(expunge_hdf5 INTERFACE ${HDF5_DEFINITIONS})

add_library(expunge_dependencies INTERFACE)
target_include_directories(expunge_dependencies SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR})
target_link_libraries(expunge_dependencies INTERFACE expunge_torch expunge_mpi expunge_hdf5 Boost::program_options fmt::fmt
  spdlog::spdlog nlohmann_json::nlohmann_json ZLIB::ZLIB PkgConfig::SODIUM ${CMAKE_DL_LIBS})
