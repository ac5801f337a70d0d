#include "client/cli/write_file.h"

#include <fstream>

#include "absl/strings/str_cat.h"

namespace glutwatch::client {

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
