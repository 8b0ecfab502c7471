# cpack --config build/release/CPackConfig.cmake -B DIR: expunge_*.deb, the program, and libexpunge-dev_*.deb, the libraries.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME expunge)
set(CPACK_PACKAGE_VENDOR "The expunge authors")
set(CPACK_PACKAGE_CONTACT "The expunge authors <expunge@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # the first line of the description of each package is
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME expunge)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "openmpi-bin, libopenblas0-pthread")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "trains ensembles that can forget, and proves that they did
A data set is cut into shards and each shard into slices; every shard trains
a model of its own, slice after slice, with a checkpoint after each. To forget
a sample, only its shard goes back to the last checkpoint that never saw it
and trains on from there: bit for bit what training without the sample gives,
on any number of MPI ranks, and checkable.")

# What programs that link the libraries need, by the list that the build itself is installed from.
execute_process(COMMAND bash "${PROJECT_SOURCE_DIR}/cmake/install_packages.sh" --list library OUTPUT_VARIABLE libraries
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ", " libraries "${libraries}")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libexpunge-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${libraries}")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS cmake)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "libraries and headers of expunge
For programs that bring data formats, models and unlearning methods of their
own: static libraries, headers, and what find_package(expunge) needs.")
foreach(package IN ITEMS expunge libexpunge-dev)
  set(component program)
  if(package STREQUAL libexpunge-dev)
    set(component development)
  endif()
  install(FILES LICENSE DESTINATION "share/doc/${package}" RENAME copyright COMPONENT ${component})
endforeach()
include(CPack)
