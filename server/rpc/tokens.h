#pragma once
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace glutwatch::rpc {

// A place in a list: everything after `after`, for the request whose fields hash to `query`.
// Opaque and URL-safe; grants nothing.
std::string MakePageToken(absl::string_view after, uint64_t query);
// "" for an empty token. INVALID_ARGUMENT "PAGE_TOKEN_MALFORMED: ..." or "PAGE_TOKEN_FOREIGN: ..."
// for a token of another query.
absl::StatusOr<std::string> ReadPageToken(absl::string_view token, uint64_t query);

// Where a watch resumes.
struct WatchCursor {
  static constexpr int64_t kFromSnapshot = -1;
  std::string log_id;
  uint64_t epoch = 0;
  int64_t seq = 0;           // of the last event seen; kFromSnapshot: begin with a new snapshot
  uint64_t filter_hash = 0;  // of the request's filter
};
std::string MakeCursor(const WatchCursor& cursor);
// INVALID_ARGUMENT "CURSOR_MALFORMED: ..." if it is not whole.
absl::StatusOr<WatchCursor> ReadCursor(absl::string_view text);

// A stable hash (FNV-1a) of bytes, for the two above.
uint64_t StableHash(absl::string_view bytes);

// What the page tokens of a list's request are bound to: every field but the page's.
template <typename Request>
uint64_t QueryHash(const Request& request) {
  Request query = request;
  query.clear_page_size();
  query.clear_page_token();
  return StableHash(query.GetTypeName() + '\n' + query.SerializeAsString());
}

// 0 becomes `usual`, larger values `most`; INVALID_ARGUMENT if negative.
absl::StatusOr<int> PageSize(int asked, int usual, int most);

}  // namespace glutwatch::rpc
