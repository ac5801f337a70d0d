// Any bytes as the JSON answer of each feed that has one; the first byte chooses the feed.
#include <cstddef>
#include <cstdint>
#include <memory>

#include "ingest/feeds/agmarknet.h"
#include "ingest/feeds/kalimati.h"
#include "ingest/feeds/tw_moa.h"
#include "ingest/feeds/xinfadi.h"
#include "tests/fuzz/discarding_sink.h"

using namespace glutwatch::ingest;  // NOLINT: a fuzz target is one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const feeds = new std::unique_ptr<Feed>[4] {
    MakeXinfadiFeed(), MakeTwMoaFeed(), MakeAgmarknetFeed(), MakeKalimatiFeed()
  };
  if (size == 0) return 0;
  DiscardingSink sink;
  FeedDocument document;
  document.name = "a.json";
  document.content.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  feeds[data[0] % 4]->Read(document, &sink).IgnoreError();
  return 0;
}
