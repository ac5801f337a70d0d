// Any bytes as a table of each feed that reads CSV; the first byte chooses the feed.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "ingest/feeds/agmarknet.h"
#include "ingest/feeds/generic.h"
#include "ingest/feeds/kalimati.h"
#include "ingest/feeds/wfp.h"
#include "ingest/feeds/xinfadi.h"
#include "sheet/feed_mapping.h"
#include "tests/fuzz/discarding_sink.h"

using namespace glutwatch::ingest;  // NOLINT: a fuzz target is one function
using namespace glutwatch::sheet;   // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const feeds = new std::unique_ptr<Feed>[5] {
    MakeXinfadiFeed(), MakeAgmarknetFeed(), MakeKalimatiFeed(), MakeWfpFeed(),
        MakeGenericFeed(ParseFeedMapping("market: {id: m, name: m, time_zone: UTC, "
                                         "regions: [{code: CN, name: c}]}\n"
                                         "columns: {product: p, date: d, modal: m, arrivals: a}\n"
                                         "currency: CNY\nunit: kg\nyear: 2024\nroc_years: true\n"
                                         "fill_down: true\n",
                                         "m.yaml")
                            .value())
  };
  static const char* const names[5] = {"a.csv", "a.csv", "dharan_sunsari.csv",
                                       "wfp_food_prices_ken.csv", "a.csv"};
  if (size == 0) return 0;
  const size_t which = data[0] % 5;
  DiscardingSink sink;
  FeedDocument document;
  document.name = names[which];
  document.content.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  feeds[which]->Read(document, &sink).IgnoreError();
  return 0;
}
