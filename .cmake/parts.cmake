# How a part of Bauta, its records and its tests are declared.

add_custom_target(bauta_generated)  # what must be generated before a file can be read by a tool
add_custom_target(bauta_fuzzers)

# Every target of ours that compiles C++ links this.
add_library(bauta_warnings INTERFACE)
target_compile_options(bauta_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(bauta_warnings INTERFACE -Wthread-safety)
endif()

include(precompiled)

# bauta_part(routing/consent SOURCES ledger.cc RECORDS ledger.proto PUBLIC bauta_storage_store PRIVATE bauta_storage_seal)
#
# The library bauta_routing_consent.  It sees its own headers, as "routing/consent/ledger.h", and those of the parts that it
# links, and no others: each part has an include root of its own, which holds one link, <path> -> the source folder.  So an
# include that points up does not compile.  A part without sources is its headers.
#
# RECORDS are protobuf files; "routing/consent/ledger.pb.h" is seen by the part itself and by who links
# bauta_routing_consent_records.  A .proto imports another by its path from the root, and its part is then linked.
#
# PRECOMPILED names another header of .cmake/ than common.h.
function(bauta_part path)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PRECOMPILED" "SOURCES;RECORDS;PUBLIC;PRIVATE")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "bauta_part(${path}): what is '${ARG_UNPARSED_ARGUMENTS}'?")
  endif()
  string(REPLACE "/" "_" name ${path})
  set(target bauta_${name})
  set(root ${PROJECT_BINARY_DIR}/parts/${name})
  cmake_path(GET path PARENT_PATH above)
  file(MAKE_DIRECTORY ${root}/${above})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${path} ${root}/${path} SYMBOLIC)

  if(NOT path MATCHES "^tests/")
    bauta_check_floors(${path} ${ARG_PUBLIC} ${ARG_PRIVATE})
  endif()

  if(ARG_RECORDS)
    bauta_records(${path} ${ARG_RECORDS})
    list(APPEND ARG_PRIVATE ${target}_records)
  endif()
  if(NOT ARG_SOURCES)
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${root})
    target_link_libraries(${target} INTERFACE ${ARG_PUBLIC} ${ARG_PRIVATE})
    return()
  endif()
  list(TRANSFORM ARG_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/${path}/)
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${root})
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} bauta_warnings)
  if(NOT ARG_PRECOMPILED)
    set(ARG_PRECOMPILED common)
  endif()
  bauta_precompiled(${target} ${ARG_PRECOMPILED})
endfunction()

# A part that is not named in the house stands at the end of its folder.
function(bauta_floor out path)
  list(FIND BAUTA_HOUSE "${path}" floor)
  if(floor LESS 0)
    string(REGEX MATCH "^[a-z]+" folder "${path}")
    list(LENGTH BAUTA_HOUSE floor)
    foreach(known IN LISTS BAUTA_HOUSE)
      if(known MATCHES "^${folder}/")
        list(FIND BAUTA_HOUSE "${known}" floor)
      endif()
    endforeach()
  endif()
  set(${out} ${floor} PARENT_SCOPE)
endfunction()

function(bauta_check_floors path)
  bauta_floor(own ${path})
  foreach(other IN LISTS BAUTA_HOUSE)
    string(REPLACE "/" "_" name bauta_${other})
    if(("${name}" IN_LIST ARGN OR "${name}_records" IN_LIST ARGN) AND NOT other STREQUAL path)
      bauta_floor(floor ${other})
      if(NOT floor LESS own)
        message(FATAL_ERROR "${path} may not link ${other}: arrows go down only, see BAUTA_HOUSE in CMakeLists.txt")
      endif()
    endif()
  endforeach()
endfunction()

# The generated code has no strict warnings, and its headers are system headers to who uses them.
function(bauta_records path)
  string(REPLACE "/" "_" name ${path})
  set(target bauta_${name}_records)
  set(out ${PROJECT_BINARY_DIR}/records/${name})
  file(MAKE_DIRECTORY ${out})
  set(generated)
  foreach(record IN LISTS ARGN)
    set(proto ${path}/${record})
    string(REGEX REPLACE "\\.proto$" ".pb" code ${out}/${proto})
    add_custom_command(OUTPUT ${code}.cc ${code}.h
      COMMAND protobuf::protoc --cpp_out=${out} -I ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/${proto}
      DEPENDS ${PROJECT_SOURCE_DIR}/${proto} COMMENT "Generating ${proto}" VERBATIM)
    list(APPEND generated ${code}.cc ${code}.h)
  endforeach()
  add_library(${target} STATIC ${generated})
  target_include_directories(${target} SYSTEM PUBLIC ${out})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
  set_target_properties(${target} PROPERTIES EXPORT_COMPILE_COMMANDS OFF)
  add_dependencies(bauta_generated ${target})
endfunction()

# Sanitizers need to know what not to report, and how to name what they found.
set(bauta_test_environment)
set(symbolizer external_symbolizer_path=/usr/lib/llvm-19/bin/llvm-symbolizer)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
  set(bauta_test_environment ENVIRONMENT
    "TSAN_OPTIONS=${symbolizer}:suppressions=${PROJECT_SOURCE_DIR}/.cmake/tsan.supp:history_size=4")
elseif(CMAKE_CXX_FLAGS MATCHES "-fsanitize=address")
  set(bauta_test_environment ENVIRONMENT "ASAN_OPTIONS=${symbolizer}:strict_string_checks=1")
endif()

# bauta_test(tests/unit/pool/allocation SOURCES allocator_test.cc LINK bauta_pool_allocation bauta_storage_memory)
#
# The program bauta_tests_unit_pool_allocation; each of its tests is one of ctest's.  ARGS are given to every one of them.  PRECOMPILED names
# another header of .cmake/ than testing.h.
function(bauta_test path)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "TIMEOUT;PRECOMPILED" "SOURCES;LINK;ARGS")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "bauta_test(${path}): what is '${ARG_UNPARSED_ARGUMENTS}'?")
  endif()
  string(REPLACE "/" "_" name ${path})
  set(target bauta_${name})
  list(TRANSFORM ARG_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/${path}/)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main bauta_warnings bauta_quickly)
  if(NOT ARG_PRECOMPILED)
    set(ARG_PRECOMPILED testing)
  endif()
  bauta_precompiled(${target} ${ARG_PRECOMPILED})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  string(REPLACE "tests_" "" label ${name})
  gtest_discover_tests(${target}
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 30 EXTRA_ARGS ${ARG_ARGS}
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${label} ${bauta_test_environment})
endfunction()

# bauta_refuses(RealAddress.IsNeverPrinted LINK bauta_pool_address FINE "..." CODE "..." ERROR "regular expression")
#
# A test that CODE does not compile, and that the compiler says why.  To show that nothing else is wrong with it, FINE
# (or, if there is none, CODE itself with the parts FINE_WITH) has to compile.
function(bauta_refuses name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "CODE;FINE;ERROR" "LINK;FINE_WITH")
  if(NOT ARG_FINE)
    set(ARG_FINE "${ARG_CODE}")
  endif()
  string(MAKE_C_IDENTIFIER ${name} id)
  set(folder ${PROJECT_BINARY_DIR}/refused/${id})
  file(CONFIGURE OUTPUT ${folder}/bad.cc CONTENT "${ARG_CODE}\n" @ONLY)
  file(CONFIGURE OUTPUT ${folder}/fine.cc CONTENT "${ARG_FINE}\n" @ONLY)
  foreach(kind bad fine)
    set(target refused_${id}_${kind})
    add_library(${target} OBJECT EXCLUDE_FROM_ALL ${folder}/${kind}.cc)
    set_target_properties(${target} PROPERTIES EXPORT_COMPILE_COMMANDS OFF)
    target_link_libraries(${target} PRIVATE ${ARG_LINK} bauta_warnings)
  endforeach()
  target_link_libraries(refused_${id}_fine PRIVATE ${ARG_FINE_WITH})
  foreach(kind bad fine)
    set(includes_${kind} "$<TARGET_PROPERTY:refused_${id}_${kind},INCLUDE_DIRECTORIES>")
  endforeach()
  add_test(NAME ${name} COMMAND_EXPAND_LISTS COMMAND ${CMAKE_CXX_COMPILER} -std=c++23 -fsyntax-only
    ${folder}/bad.cc "-I$<JOIN:${includes_bad},;-I>")
  set_tests_properties(${name} PROPERTIES PASS_REGULAR_EXPRESSION "${ARG_ERROR}" LABELS refuses TIMEOUT 120)
  add_test(NAME ${name}.control COMMAND_EXPAND_LISTS COMMAND ${CMAKE_CXX_COMPILER} -std=c++23 -fsyntax-only
    ${folder}/fine.cc "-I$<JOIN:${includes_fine},;-I>")
  set_tests_properties(${name}.control PROPERTIES LABELS refuses TIMEOUT 120)
endfunction()

# bauta_fuzzer(smpp_pdu SOURCE smpp_pdu_fuzz.cc LINK bauta_proxy_smpp)
#
# SOURCE defines LLVMFuzzerTestOneInput.  With BAUTA_FUZZ the program bauta_fuzz_smpp_pdu looks for new inputs; else it is a
# test that replays tests/fuzz/corpus/smpp_pdu/.
function(bauta_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "SOURCE" "LINK")
  set(target bauta_fuzz_${name})
  add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/${ARG_SOURCE})
  add_dependencies(bauta_fuzzers ${target})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} bauta_warnings)
  if(BAUTA_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_link_libraries(${target} PRIVATE bauta_fuzz_replay)
  add_test(NAME Fuzz.${name} COMMAND ${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  set_tests_properties(Fuzz.${name} PROPERTIES TIMEOUT 120 LABELS fuzz ${bauta_test_environment})
endfunction()
