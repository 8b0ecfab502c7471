# cmake --install build/release --prefix DIR [--component program|development]
# `program` is what users run; `development` is what find_package(expunge) needs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(ExpungePublicHeaders)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/expunge")

# A LibTorch outside of the system's folders is found again where it was linked.
if(NOT TORCH_INSTALL_PREFIX STREQUAL "/usr")
  set_target_properties(expunge PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
endif()
install(TARGETS expunge RUNTIME COMPONENT program)
install(FILES README.md LICENSE CITATION.cff DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
install(CODE "
  set(page \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1/expunge.1\")
  message(STATUS \"Installing: \${page}\")
  execute_process(COMMAND bash \"${PROJECT_SOURCE_DIR}/cmake/man_page.sh\" \"$<TARGET_FILE:expunge>\" \"\${page}\"
    COMMAND_ERROR_IS_FATAL ANY)" COMPONENT program)

install(TARGETS expunge_framework expunge_shards expunge_aggregation expunge_launcher EXPORT expunge ARCHIVE COMPONENT development)
install(EXPORT expunge FILE expungeTargets.cmake NAMESPACE expunge:: DESTINATION "${package_folder}" COMPONENT development)
configure_package_config_file(cmake/expungeConfig.cmake.in "${PROJECT_BINARY_DIR}/expungeConfig.cmake"
  INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
# Nothing is promised between versions before the first release.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/expungeConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/expungeConfig.cmake" "${PROJECT_BINARY_DIR}/expungeConfigVersion.cmake"
  cmake/ExpungeDependencies.cmake cmake/FindNCCL.cmake DESTINATION "${package_folder}" COMPONENT development)

expunge_header_closure(headers ${EXPUNGE_PUBLIC_HEADERS})
foreach(header IN LISTS headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES "${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/expunge/${folder}" COMPONENT development)
endforeach()
