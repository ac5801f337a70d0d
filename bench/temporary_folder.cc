#include "bench/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace glutwatch::bench {

absl::StatusOr<TemporaryFolder> TemporaryFolder::Make(const std::string& parent,
                                                      absl::string_view name) {
  std::error_code error;
  const std::string place =
      parent.empty() ? std::filesystem::temp_directory_path(error).string() : parent;
  std::string path = absl::StrCat(place, "/glutwatch-", name, "-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot make ", path, ": ", strerror(errno)));
  }
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace glutwatch::bench
