# expunge_add_layer(<name> DEPENDS <targets...> [EXCLUDE <files...>])
# A layer is a top-level folder: every .cpp below it is part of its library `expunge::<name>`. Includes are root-relative.
function(expunge_add_layer name)
  cmake_parse_arguments(arg "" "" "DEPENDS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/${name}/*.cpp")
  list(REMOVE_ITEM sources ${arg_EXCLUDE} "")
  add_library(expunge_${name} STATIC ${sources})
  add_library(expunge::${name} ALIAS expunge_${name})
  target_include_directories(expunge_${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>" "$<INSTALL_INTERFACE:include/expunge>")
  target_compile_features(expunge_${name} PUBLIC cxx_std_20)
  target_link_libraries(expunge_${name} PUBLIC ${arg_DEPENDS} PRIVATE "$<BUILD_INTERFACE:expunge_compiler>")
  set_target_properties(expunge_${name} PROPERTIES EXPORT_NAME ${name})
  expunge_compile_by_folder(expunge_${name} ${sources})
endfunction()

# Most of a file's compile time goes into what it includes: the sources of a folder are compiled as one ("unity build"),
# which takes a third of the time. Off, each source is compiled by itself: slower from nothing, quicker after a change to
# one source, and it shows that every source includes what it uses.
option(EXPUNGE_UNITY_BUILD "Compile the sources of a folder together" ON)

# expunge_compile_by_folder(<target> <sources...>)
function(expunge_compile_by_folder target)
  if(NOT EXPUNGE_UNITY_BUILD)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # GCC takes a source that is included for a header, whose classes must not hold types of an unnamed namespace.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  foreach(source IN LISTS ARGN)
    cmake_path(GET source PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "${folder}_of" group)
    set_property(SOURCE "${source}" PROPERTY UNITY_GROUP "${group}")
  endforeach()
endfunction()
