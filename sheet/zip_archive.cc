#include "sheet/zip_archive.h"

#include <minizip/unzip.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace glutwatch::sheet {

// What minizip's callbacks read instead of a file.
struct ZipArchive::Memory {
  absl::string_view bytes;
  size_t position = 0;

  static Memory* Of(void* stream) { return static_cast<Memory*>(stream); }

  static voidpf Open(voidpf opaque, const void*, int) { return opaque; }
  static uLong Read(voidpf, voidpf stream, void* buffer, uLong size) {
    Memory* memory = Of(stream);
    const size_t count = std::min<size_t>(size, memory->bytes.size() - memory->position);
    if (count > 0) std::memcpy(buffer, memory->bytes.data() + memory->position, count);
    memory->position += count;
    return count;
  }
  static uLong Write(voidpf, voidpf, const void*, uLong) { return 0; }
  static ZPOS64_T Tell(voidpf, voidpf stream) { return Of(stream)->position; }
  static long Seek(voidpf, voidpf stream, ZPOS64_T offset, int origin) {  // NOLINT: minizip's type
    Memory* memory = Of(stream);
    const ZPOS64_T base = origin == ZLIB_FILEFUNC_SEEK_CUR   ? memory->position
                          : origin == ZLIB_FILEFUNC_SEEK_END ? memory->bytes.size()
                                                             : 0;
    const ZPOS64_T target = base + offset;
    if (target > memory->bytes.size()) return -1;
    memory->position = static_cast<size_t>(target);
    return 0;
  }
  static int Close(voidpf, voidpf) { return 0; }
  static int Error(voidpf, voidpf) { return 0; }
};

ZipArchive::ZipArchive(std::unique_ptr<Memory> memory, void* handle)
    : memory_(std::move(memory)), handle_(handle) {}

ZipArchive::~ZipArchive() { unzClose(handle_); }

absl::StatusOr<std::unique_ptr<ZipArchive>> ZipArchive::Open(absl::string_view bytes) {
  auto memory = std::make_unique<Memory>();
  memory->bytes = bytes;
  zlib_filefunc64_def functions = {};
  functions.zopen64_file = Memory::Open;
  functions.zread_file = Memory::Read;
  functions.zwrite_file = Memory::Write;
  functions.ztell64_file = Memory::Tell;
  functions.zseek64_file = Memory::Seek;
  functions.zclose_file = Memory::Close;
  functions.zerror_file = Memory::Error;
  functions.opaque = memory.get();
  void* handle = unzOpen2_64("", &functions);
  if (handle == nullptr) return absl::InvalidArgumentError("not a ZIP archive");
  return absl::WrapUnique(new ZipArchive(std::move(memory), handle));
}

absl::StatusOr<std::string> ZipArchive::Read(const std::string& member, size_t max_bytes) {
  constexpr int kIgnoreCase = 2;
  if (unzLocateFile(handle_, member.c_str(), kIgnoreCase) != UNZ_OK) {
    return absl::NotFoundError(absl::StrCat("archive has no member ", member));
  }
  const auto damaged = [&member] {
    return absl::InvalidArgumentError(absl::StrCat("archive member ", member, " is damaged"));
  };
  if (unzOpenCurrentFile(handle_) != UNZ_OK) return damaged();
  auto close = absl::MakeCleanup([this] { unzCloseCurrentFile(handle_); });
  std::string out;
  constexpr size_t kPieceBytes = size_t{256} << 10;
  while (true) {
    const size_t filled = out.size();
    out.resize(filled + kPieceBytes);
    const int count = unzReadCurrentFile(handle_, out.data() + filled, kPieceBytes);
    if (count < 0) return damaged();
    out.resize(filled + static_cast<size_t>(count));
    if (out.size() > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("archive member ", member, " holds more than ", max_bytes, " bytes"));
    }
    if (count == 0) break;
  }
  std::move(close).Cancel();
  // UNZ_CRCERROR shows only here.
  if (unzCloseCurrentFile(handle_) != UNZ_OK) return damaged();
  return out;
}

}  // namespace glutwatch::sheet
