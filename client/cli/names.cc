#include "client/cli/names.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "client/call.h"
#include "client/cli/context.h"
#include "client/cli/words.h"
#include "glutwatch/v1/catalog.grpc.pb.h"

namespace glutwatch::client {
namespace {

using Catalog = v1::CatalogService::Stub;
constexpr int kPage = 1000;

template <typename Request>
Request FullPage() {
  Request request;
  request.set_page_size(kPage);
  return request;
}

}  // namespace

std::string NameBook::Join(const std::string& local, const std::string& english) const {
  if (language_ == Language::kChinese || english.empty() || english == local) return local;
  return absl::StrCat(local, " (", english, ")");
}

std::string NameBook::Find(const std::map<std::string, std::string>& names,
                           const std::string& name) {
  const auto it = names.find(name);
  if (it != names.end() && !it->second.empty()) return it->second;
  return name.substr(name.find('/') == std::string::npos ? 0 : name.find('/') + 1);
}

void NameBook::Add(const v1::Region& region) {
  regions_[region.name()] = Join(region.display_name(), region.display_name_en());
}
void NameBook::Add(const v1::Market& market) {
  const bool in_english = language_ == Language::kEnglish && !market.display_name_en().empty();
  markets_[market.name()] = in_english ? market.display_name_en() : market.display_name();
  market_regions_[market.name()] = market.region();
}
void NameBook::Add(const v1::Product& product) {
  products_[product.name()] = Join(product.display_name(), product.display_name_en());
}

std::string NameBook::RegionOfMarket(const std::string& market) const {
  const auto it = market_regions_.find(market);
  return it == market_regions_.end() ? "" : it->second;
}

absl::StatusOr<NameBook> LoadNames(Context* context) {
  const auto stub = v1::CatalogService::NewStub(context->channel());
  NameBook names(context->language);
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Catalog::ListRegions,
                                        FullPage<v1::ListRegionsRequest>(), context->timeout,
                                        [&](const v1::ListRegionsResponse& page) {
                                          for (const auto& region : page.regions())
                                            names.Add(region);
                                          return true;
                                        }));
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Catalog::ListMarkets,
                                        FullPage<v1::ListMarketsRequest>(), context->timeout,
                                        [&](const v1::ListMarketsResponse& page) {
                                          for (const auto& market : page.markets())
                                            names.Add(market);
                                          return true;
                                        }));
  GLUTWATCH_RETURN_IF_ERROR(ForEachPage(*stub, &Catalog::ListProducts,
                                        FullPage<v1::ListProductsRequest>(), context->timeout,
                                        [&](const v1::ListProductsResponse& page) {
                                          for (const auto& product : page.products())
                                            names.Add(product);
                                          return true;
                                        }));
  return names;
}

absl::StatusOr<std::string> ResolveRegion(Context* context, const std::string& argument) {
  if (argument.empty() || absl::StartsWith(argument, "regions/")) return argument;
  const auto stub = v1::CatalogService::NewStub(context->channel());
  std::string exact;
  std::vector<std::string> called_so;
  GLUTWATCH_RETURN_IF_ERROR(
      ForEachPage(*stub, &Catalog::ListRegions, FullPage<v1::ListRegionsRequest>(),
                  context->timeout, [&](const v1::ListRegionsResponse& page) {
                    for (const auto& region : page.regions()) {
                      if (region.name() == absl::StrCat("regions/", argument))
                        exact = region.name();
                      if (region.display_name() == argument ||
                          absl::EqualsIgnoreCase(region.display_name_en(), argument)) {
                        called_so.push_back(region.name());
                      }
                    }
                    return true;
                  }));
  if (!exact.empty()) return exact;
  if (called_so.size() == 1) return called_so.front();
  if (called_so.empty()) {
    return absl::NotFoundError(absl::StrCat("no region has the code or name \"", argument,
                                            "\"; see `glutwatch catalog regions list`"));
  }
  return absl::InvalidArgumentError(absl::StrCat("several regions are called \"", argument,
                                                 "\": ", absl::StrJoin(called_so, ", ")));
}

}  // namespace glutwatch::client
