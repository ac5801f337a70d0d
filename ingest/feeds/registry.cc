#include "ingest/feeds/registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "ingest/feeds/agmarknet.h"
#include "ingest/feeds/generic.h"
#include "ingest/feeds/kalimati.h"
#include "ingest/feeds/tw_moa.h"
#include "ingest/feeds/wfp.h"
#include "ingest/feeds/xinfadi.h"
#include "sheet/feed_mapping.h"

namespace glutwatch::ingest {
namespace {

using sheet::LoadFeedMapping;

struct Entry {
  FeedHelp help;
  std::unique_ptr<Feed> (*make)();  // nullptr: needs a mapping
};

const std::vector<Entry>& Entries() {
  static const auto* const entries = new std::vector<Entry>{
      {{"xinfadi", "Beijing Xinfadi: old CSV/XLSX export, JSON of getPriceData"}, MakeXinfadiFeed},
      {{"tw_moa", "Taiwan MOA open data: AgriProductsTransType JSON, older form, fish"},
       MakeTwMoaFeed},
      {{"agmarknet", "India AGMARKNET: Malabar CSV, portal CSV, data.gov.in JSON"},
       MakeAgmarknetFeed},
      {{"kalimati", "Nepal: Kalimati yearly XLSX, AMPIS JSON, daily CSV captures"},
       MakeKalimatiFeed},
      {{"wfp", "WFP food prices of HDX, one CSV per country"}, MakeWfpFeed},
      {{"generic", "any CSV or XLSX table, read as a YAML mapping says (--mapping)"}, nullptr},
  };
  return *entries;
}

}  // namespace

const std::vector<FeedHelp>& KnownFeeds() {
  static const auto* const helps = [] {
    auto* out = new std::vector<FeedHelp>;
    for (const Entry& entry : Entries()) out->push_back(entry.help);
    return out;
  }();
  return *helps;
}

absl::StatusOr<std::unique_ptr<Feed>> MakeFeed(absl::string_view name, const FeedOptions& options) {
  for (const Entry& entry : Entries()) {
    if (entry.help.name != name) continue;
    if (entry.make != nullptr) {
      if (options.mapping_path.empty()) return entry.make();
      return absl::InvalidArgumentError(
          absl::StrCat("feed ", name, " takes no mapping, got ", options.mapping_path));
    }
    if (options.mapping_path.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("feed ", name, " needs a mapping file, got none"));
    }
    GLUTWATCH_ASSIGN_OR_RETURN(config::v1::FeedMapping mapping,
                               LoadFeedMapping(options.mapping_path));
    return MakeGenericFeed(std::move(mapping));
  }
  return absl::NotFoundError(
      absl::StrCat("no feed \"", name, "\", there are ",
                   absl::StrJoin(KnownFeeds(), ", ", [](std::string* out, const FeedHelp& help) {
                     absl::StrAppend(out, help.name);
                   })));
}

}  // namespace glutwatch::ingest
