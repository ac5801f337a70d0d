#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

struct SourceOptions {
  // A file, a folder, or an http(s) URL.
  std::string input = "";
  // The feed's name: how its server pages, see paging.h.
  std::string feed = "";
  // The largest document, after .xz was undone.
  size_t max_document_bytes = size_t{1} << 30;

  // HTTP only:
  // The politeness limit; must be positive.
  double requests_per_second = 1;
  // Attempts per page, the first included.
  int max_attempts = 6;
  // Waits before the second attempt; each further wait is twice as long, up to `max_backoff`. A
  // server's Retry-After (in seconds) counts instead where it is longer, up to `max_backoff`.
  absl::Duration first_backoff = absl::Seconds(1);
  absl::Duration max_backoff = absl::Minutes(5);
  // Stops a server that never ends.
  int max_pages = 100'000;
  HttpOptions http = {};

  // Not owned, must outlive the source; nullptr is the system's clock.
  const Clock* clock = nullptr;
  // Waits. The default sleeps; tests advance their clock.
  std::function<void(absl::Duration)> sleep = nullptr;
};

// Where a feed's documents come from, one after the other. Not thread-safe.
class Source {
 public:
  virtual ~Source() = default;
  // The next document; empty after the last one.
  //
  // Errors name the file or URL: NOT_FOUND; PERMISSION_DENIED (also HTTP 401 and 403);
  // INVALID_ARGUMENT (damaged .xz, an answer that cannot be paged); RESOURCE_EXHAUSTED (too
  // large, too many pages); UNAVAILABLE (HTTP: gave up after max_attempts on 429, 5xx or a broken
  // connection); FAILED_PRECONDITION (any other HTTP status); ABORTED (the server repeats a page).
  // After an error the source may be asked again: it repeats the same document.
  virtual absl::StatusOr<std::optional<FeedDocument>> Next() = 0;
};

// Opens `options.input`:
//   a file          one document; .xz is undone.
//   a folder        its files in name order, hidden ones and sub-folders left out.
//   http(s)://...   one document per page.
// NOT_FOUND if there is no such file, or no file in the folder; INVALID_ARGUMENT for bad options.
absl::StatusOr<std::unique_ptr<Source>> OpenSource(SourceOptions options);

}  // namespace glutwatch::ingest
