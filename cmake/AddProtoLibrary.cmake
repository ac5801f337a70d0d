# Where Debian's golang-github-gogo-googleapis-dev keeps google/rpc and google/type.
set(GLUTWATCH_GOOGLEAPIS /usr/share/gocode/src/github.com/gogo/googleapis
  CACHE PATH "Import root of google/rpc and google/type")

# add_proto_library(NAME <target> PROTOS <file.proto>... GOOGLE <file.proto>...)
#
# Generates <file>.pb.{h,cc} and <file>.grpc.pb.{h,cc} with ONE protoc run per file and
# compiles them into a static library. PROTOS are relative to the calling directory, which
# is also the import root; GOOGLE are relative to GLUTWATCH_GOOGLEAPIS.
# The sanitizers judge our code, not protoc's: instrumented, these files alone take half of the build.
# Every output depends on every listed .proto: CMake's own protobuf_generate() tracks only the
# file itself, so editing an imported message would leave stale code behind.
function(add_proto_library)
  cmake_parse_arguments(arg "" "NAME" "PROTOS;GOOGLE" ${ARGN})
  set(gen_dir "${CMAKE_CURRENT_BINARY_DIR}/gen")
  file(MAKE_DIRECTORY "${gen_dir}")
  set(protos ${arg_PROTOS})
  list(TRANSFORM protos PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  set(google ${arg_GOOGLE})
  list(TRANSFORM google PREPEND "${GLUTWATCH_GOOGLEAPIS}/")
  foreach(proto IN LISTS arg_PROTOS arg_GOOGLE)
    if(proto IN_LIST arg_PROTOS)
      set(source "${CMAKE_CURRENT_SOURCE_DIR}/${proto}")
    else()
      set(source "${GLUTWATCH_GOOGLEAPIS}/${proto}")
    endif()
    cmake_path(REMOVE_EXTENSION proto OUTPUT_VARIABLE stem)
    set(outputs "${gen_dir}/${stem}.pb.h" "${gen_dir}/${stem}.pb.cc")
    set(grpc_flags "")
    file(STRINGS "${source}" services REGEX "^service ")
    if(services)
      list(APPEND outputs "${gen_dir}/${stem}.grpc.pb.h" "${gen_dir}/${stem}.grpc.pb.cc")
      set(grpc_flags --grpc_out "${gen_dir}"
        "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND protobuf::protoc -I "${CMAKE_CURRENT_SOURCE_DIR}" -I "${GLUTWATCH_GOOGLEAPIS}"
              --cpp_out "${gen_dir}" ${grpc_flags} "${source}"
      DEPENDS ${protos} ${google} protobuf::protoc gRPC::grpc_cpp_plugin
      COMMENT "protoc ${proto}" VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  add_library(${arg_NAME} STATIC ${sources})
  target_compile_options(${arg_NAME} PRIVATE -fno-sanitize=all)
  target_include_directories(${arg_NAME} SYSTEM PUBLIC "${gen_dir}")
  target_link_libraries(${arg_NAME} PUBLIC protobuf::libprotobuf gRPC::grpc++)
endfunction()
