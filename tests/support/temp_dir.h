#pragma once
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace glutwatch::testing {

// A fresh folder for one test, removed with everything in it when the object goes.
//
// Lies in $TMPDIR, or /tmp. Movable only.
class TempDir {
 public:
  TempDir() {
    const char* base = ::getenv("TMPDIR");
    path_ = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/glutwatch-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) {
      std::perror(("mkdtemp " + path_).c_str());
      std::abort();
    }
  }
  ~TempDir() {
    if (path_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TempDir& operator=(TempDir&&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace glutwatch::testing
