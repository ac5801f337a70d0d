#pragma once
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::sheet {

// A ZIP archive in memory, read member by member (minizip). Not thread-safe.
class ZipArchive {
 public:
  // `bytes` must outlive the archive. INVALID_ARGUMENT if they are not a ZIP archive.
  static absl::StatusOr<std::unique_ptr<ZipArchive>> Open(absl::string_view bytes);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  // The uncompressed content of `member`, its check sum verified. NOT_FOUND if there is none;
  // RESOURCE_EXHAUSTED if it would pass `max_bytes`; INVALID_ARGUMENT if it is damaged.
  absl::StatusOr<std::string> Read(const std::string& member, size_t max_bytes);

 private:
  struct Memory;
  ZipArchive(std::unique_ptr<Memory> memory, void* handle);

  std::unique_ptr<Memory> memory_;
  void* handle_;  // unzFile
};

}  // namespace glutwatch::sheet
