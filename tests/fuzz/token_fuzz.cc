// Page tokens and watch cursors: any text is refused or read, a body under a right checksum too,
// and what is made of a value reads back to it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/escaping.h"
#include "base/bytes.h"
#include "server/rpc/tokens.h"

using namespace glutwatch;       // NOLINT(google-build-using-namespace): a fuzz target
using namespace glutwatch::rpc;  // NOLINT(google-build-using-namespace)

namespace {

constexpr uint64_t kQuery = 7;
constexpr size_t kLongestAfter = 500;

void CheckCursor(const WatchCursor& cursor) {
  const auto again = ReadCursor(MakeCursor(cursor));
  if (!again.ok() || again->log_id != cursor.log_id || again->epoch != cursor.epoch ||
      again->seq != cursor.seq || again->filter_hash != cursor.filter_hash) {
    std::abort();
  }
}

void Read(absl::string_view text) {
  if (const auto after = ReadPageToken(text, kQuery); after.ok() && !text.empty()) {
    const auto again = ReadPageToken(MakePageToken(*after, kQuery), kQuery);
    if (!again.ok() || *again != *after) std::abort();
  } else if (!after.ok() && !absl::IsInvalidArgument(after.status())) {
    std::abort();
  }
  if (const auto cursor = ReadCursor(text); cursor.ok()) {
    CheckCursor(*cursor);
  } else if (!absl::IsInvalidArgument(cursor.status())) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  Read(bytes);
  ByteWriter sum;
  sum.Fixed64(StableHash(bytes));
  Read(absl::WebSafeBase64Escape(std::string(bytes) + sum.bytes()));
  if (size <= kLongestAfter) {
    const auto after = ReadPageToken(MakePageToken(bytes, kQuery), kQuery);
    if (!after.ok() || *after != bytes) std::abort();
    if (ReadPageToken(MakePageToken(bytes, kQuery), kQuery + 1).ok()) std::abort();
  }
  return 0;
}
