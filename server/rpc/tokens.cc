#include "server/rpc/tokens.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"

namespace glutwatch::rpc {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kMaxTokenBytes = 1000;

std::string Seal(ByteWriter body) {
  std::string bytes = body.Take();
  ByteWriter sum;
  sum.Fixed64(StableHash(bytes));
  return absl::WebSafeBase64Escape(bytes + sum.bytes());
}

// The sealed bytes, or "" if they are not whole.
std::string Open(absl::string_view text) {
  std::string bytes;
  if (text.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(text, &bytes) ||
      bytes.size() <= kChecksumBytes) {
    return "";
  }
  const std::string body = bytes.substr(0, bytes.size() - kChecksumBytes);
  ByteReader sum(absl::string_view(bytes).substr(body.size()));
  return sum.Fixed64() == StableHash(body) ? body : "";
}

}  // namespace

uint64_t StableHash(absl::string_view bytes) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  return hash;
}

std::string MakePageToken(absl::string_view after, uint64_t query) {
  ByteWriter out;
  out.U8(kVersion);
  out.Fixed64(query);
  out.String(after);
  return Seal(std::move(out));
}

absl::StatusOr<std::string> ReadPageToken(absl::string_view token, uint64_t query) {
  if (token.empty()) return "";
  const std::string body = Open(token);
  ByteReader in(body);
  const uint8_t version = in.U8();
  const uint64_t token_query = in.Fixed64();
  std::string after = in.String();
  if (version != kVersion || !in.done()) {
    return absl::InvalidArgumentError(
        "PAGE_TOKEN_MALFORMED: page_token is not one that this server gave");
  }
  if (token_query != query) {
    return absl::InvalidArgumentError(
        "PAGE_TOKEN_FOREIGN: page_token belongs to a request with other fields");
  }
  return after;
}

std::string MakeCursor(const WatchCursor& cursor) {
  ByteWriter out;
  out.U8(kVersion);
  out.String(cursor.log_id);
  out.Fixed64(cursor.epoch);
  out.Signed(cursor.seq);
  out.Fixed64(cursor.filter_hash);
  return Seal(std::move(out));
}

absl::StatusOr<WatchCursor> ReadCursor(absl::string_view text) {
  const std::string body = Open(text);
  ByteReader in(body);
  WatchCursor cursor;
  const uint8_t version = in.U8();
  cursor.log_id = in.String();
  cursor.epoch = in.Fixed64();
  cursor.seq = in.Signed();
  cursor.filter_hash = in.Fixed64();
  if (version != kVersion || !in.done()) {
    return absl::InvalidArgumentError(
        "CURSOR_MALFORMED: resume_cursor is not one that this server gave");
  }
  return cursor;
}

absl::StatusOr<int> PageSize(int asked, int usual, int most) {
  if (asked < 0) {
    return absl::InvalidArgumentError(absl::StrCat("page_size is ", asked, ", expected 0..", most));
  }
  return asked == 0 ? usual : std::min(asked, most);
}

}  // namespace glutwatch::rpc
