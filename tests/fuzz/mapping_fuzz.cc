// Any bytes as a mapping and, behind a NUL byte, a table that is read by it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "ingest/feeds/generic.h"
#include "sheet/feed_mapping.h"
#include "tests/fuzz/discarding_sink.h"

using namespace glutwatch::ingest;  // NOLINT(google-build-using-namespace): a fuzz target
using namespace glutwatch::sheet;   // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t end = bytes.find('\0');
  auto mapping = ParseFeedMapping(bytes.substr(0, end), "m.yaml");
  if (!mapping.ok() || end == absl::string_view::npos) return 0;
  DiscardingSink sink;
  FeedDocument document;
  document.name = "a.csv";
  document.content = std::string(bytes.substr(end + 1));
  MakeGenericFeed(*std::move(mapping))->Read(document, &sink).IgnoreError();
  return 0;
}
