# expunge_add_test(<name> [MPI_MAIN] [APART] [LONG] SOURCES <files...> [TENSORS <files...>] [RANKS n...] [LABELS labels...] [TIMEOUT seconds] [LIBRARIES targets...])
# Builds the program test.<name> and registers it with ctest; with RANKS once under mpirun for each n, else alone. With
# MPI_MAIN its main initialises MPI and hands the world to the tests (tests/mpi/mpi_world.hpp). TENSORS: the sources that
# LibTorch's headers reach. APART: each source is compiled by itself, since they share names. LONG: it counts on
# tests/support/rounds.hpp, and <name>.long runs all rounds.
set(EXPUNGE_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe OMPI_MCA_btl_vader_single_copy_mechanism=none
  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
  "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/structure/tsan.supp")

function(expunge_add_test name)
  cmake_parse_arguments(arg "MPI_MAIN;APART;LONG" "TIMEOUT" "SOURCES;TENSORS;RANKS;LABELS;LIBRARIES" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(test.${name} ${arg_SOURCES})
  if(arg_MPI_MAIN)
    target_sources(test.${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/mpi/mpi_main.cpp" "${PROJECT_SOURCE_DIR}/tests/mpi/watchdog.cpp")
    target_link_libraries(test.${name} PRIVATE expunge_test_support expunge_compiler ${arg_LIBRARIES})
  else()
    target_link_libraries(test.${name} PRIVATE expunge_test_main expunge_compiler ${arg_LIBRARIES})
  endif()
  if(NOT arg_APART)
    expunge_compile_by_folder(test.${name} ${arg_SOURCES})
  endif()
  # A test's own code need not be fast, but it is compiled often.
  target_compile_options(test.${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  # glog comes with LibTorch and takes CHECK for itself. So doctest, and its CHECK, must come after LibTorch.
  set_property(SOURCE ${arg_TENSORS} APPEND PROPERTY COMPILE_OPTIONS -include torch/torch.h)
  if(NOT arg_RANKS)
    add_test(NAME ${name} COMMAND test.${name} --no-colors=true)
    expunge_set_test_properties(${name} 1 "${arg_LABELS}" ${arg_TIMEOUT})
  endif()
  if(arg_LONG)
    add_test(NAME ${name}.long COMMAND test.${name} --no-colors=true)
    expunge_set_test_properties(${name}.long 1 "${arg_LABELS};long" 1800)
    set_property(TEST ${name}.long APPEND PROPERTY ENVIRONMENT EXPUNGE_TEST_LONG=1)
  endif()
  foreach(ranks IN LISTS arg_RANKS)
    add_test(NAME ${name}.${ranks} COMMAND "${MPIEXEC_EXECUTABLE}" ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:test.${name}> --no-colors=true)
    expunge_set_test_properties(${name}.${ranks} ${ranks} "${arg_LABELS}" ${arg_TIMEOUT})
  endforeach()
endfunction()

# expunge_add_script_test(<name> <script> [ARGUMENTS words...] [LABELS labels...] [TIMEOUT seconds] [PROCESSORS n])
# A test that is a shell script, run with the program's path as its first argument, and ARGUMENTS after it.
function(expunge_add_script_test name script)
  cmake_parse_arguments(arg "" "TIMEOUT;PROCESSORS" "ARGUMENTS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  add_test(NAME ${name} COMMAND bash "${CMAKE_CURRENT_SOURCE_DIR}/${script}" $<TARGET_FILE:expunge> ${arg_ARGUMENTS})
  expunge_set_test_properties(${name} ${arg_PROCESSORS} "${arg_LABELS}" ${arg_TIMEOUT})
endfunction()

# Tests run where they were compiled: ccache may make the paths of __FILE__ relative to that folder.
function(expunge_set_test_properties name processors labels timeout)
  set_tests_properties(${name} PROPERTIES PROCESSORS ${processors} TIMEOUT ${timeout} LABELS "${labels}"
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}" ENVIRONMENT "${EXPUNGE_TEST_ENVIRONMENT}")
endfunction()
