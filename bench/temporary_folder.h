#pragma once
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::bench {

// A fresh folder that is removed, with what is in it, at the end of this object.
class TemporaryFolder {
 public:
  // Makes "glutwatch-<name>-XXXXXX" in `parent`, or where the system keeps temporary files if
  // `parent` is empty. UNAVAILABLE names what cannot be made.
  static absl::StatusOr<TemporaryFolder> Make(const std::string& parent, absl::string_view name);
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;  // "": moved from
};

}  // namespace glutwatch::bench
