# What was built, compiled into framework/core/build_info.cpp: the runtime twin of the configure summary.
find_package(Git QUIET)
set(EXPUNGE_GIT_DESCRIBE "unknown")
if(GIT_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" describe --always --dirty WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE git_failed)
  if(NOT git_failed)
    set(EXPUNGE_GIT_DESCRIBE "${described}")
  endif()
endif()
list(JOIN EXPUNGE_NUMERIC_FLAGS " " numeric_flags)
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type_upper)
string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type_upper}} ${numeric_flags}" EXPUNGE_COMPILE_FLAGS)
set_source_files_properties(framework/core/build_info.cpp PROPERTIES COMPILE_DEFINITIONS
  "EXPUNGE_VERSION=\"${PROJECT_VERSION}\";EXPUNGE_GIT=\"${EXPUNGE_GIT_DESCRIBE}\";EXPUNGE_COMPILER=\"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\";EXPUNGE_FLAGS=\"${EXPUNGE_COMPILE_FLAGS}\";EXPUNGE_BUILD_TYPE=\"${CMAKE_BUILD_TYPE}\"")
