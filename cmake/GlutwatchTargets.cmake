# glutwatch_library(<name> SRCS ... [DEPS ...] [PRIVATE_DEPS ...])
# One static library per folder. Headers are included from the repository root:
# #include "forecast/ets.h". DEPS are what the public headers need.
function(glutwatch_library name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${arg_SRCS})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS} glutwatch_warnings)
endfunction()

# glutwatch_binary(<name> SRCS ... DEPS ...): a program, put into bin/ of the build folder.
function(glutwatch_binary name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${arg_SRCS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} glutwatch_warnings)
endfunction()

# glutwatch_test(<name> SRCS ... DEPS ... [LABEL unit] [TIMEOUT 60]): one binary per folder,
# registered case by case.
function(glutwatch_test name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SRCS;DEPS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  add_executable(${name} ${arg_SRCS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} glutwatch_warnings GTest::gmock GTest::gtest_main)
  if(GLUTWATCH_QUICK_TESTS)
    target_compile_options(${name} PRIVATE -O0)
    list(LENGTH arg_SRCS sources)
    if(sources GREATER 3)
      target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <map> <memory> <string> <vector>
        <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/time/time.h>)
    endif()
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS ${arg_LABEL})
endfunction()

# glutwatch_fuzz(<name> SRCS ... DEPS ...): a libFuzzer target; its corpus is tests/fuzz/corpus/<name>.
function(glutwatch_fuzz name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${arg_SRCS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE ${arg_DEPS} glutwatch_warnings)
endfunction()
