#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/xz.h"

namespace glutwatch::ingest::testing {

// The folder of real captures: $GLUTWATCH_SHARED, or ../shared beside the sources.
inline std::filesystem::path SharedData() {
  const char* set = std::getenv("GLUTWATCH_SHARED");
  return std::filesystem::path(set != nullptr ? set : GLUTWATCH_SOURCE_DIR "/../shared") / "data";
}

// The bytes of one real capture, .xz undone.
inline std::string ReadShared(const std::filesystem::path& path) {
  std::ifstream in(SharedData() / path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_TRUE(in.is_open()) << path;
  return IsXz(bytes) ? DecompressXz(bytes).value() : bytes;
}

}  // namespace glutwatch::ingest::testing

// Real captures are not part of the project: their tests say so where they are absent.
#define GLUTWATCH_SKIP_WITHOUT_SHARED_DATA()                                                \
  if (!std::filesystem::exists(::glutwatch::ingest::testing::SharedData())) {               \
    GTEST_SKIP() << "SKIPPED, NOT TESTED: no real captures at "                             \
                 << ::glutwatch::ingest::testing::SharedData() << "; set GLUTWATCH_SHARED"; \
  }                                                                                         \
  static_assert(true)
