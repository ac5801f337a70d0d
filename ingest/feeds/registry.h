#pragma once
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ingest/feed.h"

namespace glutwatch::ingest {

struct FeedOptions {
  // The YAML mapping of the generic feed (glutwatch.config.v1.FeedMapping); "" for the others.
  std::string mapping_path;
};

struct FeedHelp {
  absl::string_view name;  // "xinfadi": what --feed takes
  absl::string_view help;  // one line
};

// Every feed, in the order of a help text.
const std::vector<FeedHelp>& KnownFeeds();

// Makes the adapter `name`. NOT_FOUND lists the names that there are; INVALID_ARGUMENT for a
// mapping that is missing, broken, or given to a feed that takes none.
absl::StatusOr<std::unique_ptr<Feed>> MakeFeed(absl::string_view name, const FeedOptions& options);

}  // namespace glutwatch::ingest
