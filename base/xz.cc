#include "base/xz.h"

#include <lzma.h>

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace glutwatch {
namespace {

constexpr uint64_t kMaxDecoderBytes = uint64_t{256} << 20;
constexpr size_t kFirstOutputBytes = size_t{64} << 10;

absl::Status ToStatus(lzma_ret ret, const lzma_stream& stream) {
  const auto at = absl::StrCat(" at byte ", stream.total_in);
  switch (ret) {
    case LZMA_FORMAT_ERROR:
      return absl::InvalidArgumentError(absl::StrCat("not an .xz stream", at));
    case LZMA_MEMLIMIT_ERROR:
      return absl::ResourceExhaustedError(
          absl::StrCat(".xz stream wants more than ", kMaxDecoderBytes, " bytes of memory"));
    case LZMA_MEM_ERROR:
      return absl::ResourceExhaustedError("out of memory while undoing .xz");
    case LZMA_BUF_ERROR:
      return absl::InvalidArgumentError(absl::StrCat(".xz stream is cut off", at));
    default:
      return absl::InvalidArgumentError(absl::StrCat(".xz stream is damaged", at));
  }
}

}  // namespace

bool IsXz(absl::string_view bytes) {
  return absl::StartsWith(bytes, absl::string_view("\xFD"
                                                   "7zXZ\0",
                                                   6));
}

absl::StatusOr<std::string> DecompressXz(absl::string_view bytes, size_t max_output_bytes) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, kMaxDecoderBytes, LZMA_CONCATENATED) != LZMA_OK) {
    return absl::ResourceExhaustedError("cannot start the .xz decoder");
  }
  const auto end = absl::MakeCleanup([&stream] { lzma_end(&stream); });
  stream.next_in = reinterpret_cast<const uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  // One byte more than allowed tells "exactly full" from "too much".
  const size_t limit = max_output_bytes + 1;
  std::string out(std::min(limit, std::max(kFirstOutputBytes, bytes.size() * 4)), '\0');
  size_t filled = 0;
  while (true) {
    if (filled == out.size()) out.resize(std::min(limit, out.size() * 2));
    stream.next_out = reinterpret_cast<uint8_t*>(out.data()) + filled;
    stream.avail_out = out.size() - filled;
    const lzma_ret ret = lzma_code(&stream, LZMA_FINISH);
    filled = out.size() - stream.avail_out;
    if (filled > max_output_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat(".xz stream holds more than ", max_output_bytes, " bytes"));
    }
    if (ret == LZMA_STREAM_END) break;
    if (ret != LZMA_OK) return ToStatus(ret, stream);
  }
  out.resize(filled);
  return out;
}

}  // namespace glutwatch
