# What is precompiled once for all parts, once for the command line, once for all tests, and once for those of the relay.

option(BAUTA_PRECOMPILED "precompile the headers that most files include" OFF)

# What a test does itself is compiled as quickly as can be (its failures name their lines themselves); what it tests is what is shipped.
add_library(bauta_quickly INTERFACE)
target_compile_options(bauta_quickly INTERFACE $<$<CONFIG:RelWithDebInfo>:-O0;-g0;-U_FORTIFY_SOURCE>)

if(BAUTA_PRECOMPILED)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "")
  foreach(kind common cli testing routing_testing)
    add_library(bauta_precompiled_${kind} OBJECT ${PROJECT_BINARY_DIR}/precompiled.cc)
    target_precompile_headers(bauta_precompiled_${kind} PRIVATE ${PROJECT_SOURCE_DIR}/.cmake/${kind}.h)
    # Without the time in it, it is the same file when it is made again, and ccache goes on knowing what was compiled with it.
    target_compile_options(bauta_precompiled_${kind} PRIVATE -fpch-instantiate-templates -Xclang -fno-pch-timestamp)
    target_link_libraries(bauta_precompiled_${kind} PRIVATE bauta_warnings)
    set_target_properties(bauta_precompiled_${kind} PROPERTIES EXPORT_COMPILE_COMMANDS OFF)
  endforeach()
  foreach(kind testing routing_testing)
    target_include_directories(bauta_precompiled_${kind} PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_options(bauta_precompiled_${kind} PRIVATE -fPIE)  # as programs are
    target_link_libraries(bauta_precompiled_${kind} PRIVATE GTest::gmock bauta_quickly)
  endforeach()
  target_link_libraries(bauta_precompiled_routing_testing PRIVATE bauta_tests_unit_routing_world)
  target_include_directories(bauta_precompiled_cli PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(bauta_precompiled_cli PRIVATE CLI11::CLI11)
endif()

function(bauta_precompiled target kind)
  if(BAUTA_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM bauta_precompiled_${kind})
    target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp)
  endif()
endfunction()
