#include "client/cli/local_file.h"

#include <fstream>

#include "absl/strings/str_cat.h"

namespace glutwatch::client {

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot open ", path));
  std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return absl::UnavailableError(absl::StrCat("cannot read ", path));
  return content;
}

absl::Status WriteTo(Context* context, const std::string& path, const std::string& text) {
  if (IsScreen(path)) {
    context->out() << text;
    return absl::OkStatus();
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("cannot write ", path));
}

}  // namespace glutwatch::client
