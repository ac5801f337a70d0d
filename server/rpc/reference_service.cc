#include "server/rpc/reference_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/china_day.h"
#include "base/status_macros.h"
#include "server/rpc/log.h"
#include "server/rpc/tokens.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_facts.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch::rpc {
namespace {

using security::Action;

constexpr int kUsualPage = 100;
constexpr int kMostPage = 1000;

// The regions and the product that a fact is about.
struct About {
  std::vector<std::string> regions;
  std::string product;

  void operator()(const catalog::CountyListing& f) { regions = {f.region}; }
  void operator()(const catalog::QuotaRate& f) { regions = {f.region}; }
  void operator()(const catalog::PlantingCeiling& f) { Both(f); }
  void operator()(const catalog::FestivalDate&) {}
  void operator()(const catalog::Institution& f) { regions = {f.region}; }
  void operator()(const catalog::Farmland& f) { regions = {f.region}; }
  void operator()(const catalog::StorageCapacity& f) { regions = {f.region}; }
  void operator()(const catalog::SeasonCalendar& f) { Both(f); }
  void operator()(const catalog::ReportingDuty& f) {
    regions = f.regions;
    product = f.product;
  }
  void operator()(const catalog::TypicalYield& f) { Both(f); }

 private:
  template <typename F>
  void Both(const F& f) {
    regions = {f.region};
    product = f.product;
  }
};

About AboutOf(const catalog::Fact& fact) {
  About about;
  std::visit([&about](const auto& content) { about(content); }, fact.content);
  return about;
}

struct FactFilter {
  std::string region;   // "" for all
  std::string product;  // "" for all
  std::optional<Day> valid_on;
};

bool Matches(const FactFilter& filter, const catalog::Fact& fact, const catalog::Catalog& catalog) {
  if (filter.valid_on.has_value() && !fact.ValidOn(*filter.valid_on)) return false;
  if (filter.region.empty() && filter.product.empty()) return true;
  const About about = AboutOf(fact);
  if (!filter.product.empty() && about.product != filter.product) return false;
  return filter.region.empty() ||
         std::any_of(about.regions.begin(), about.regions.end(), [&](const std::string& region) {
           return catalog.IsWithin(region, filter.region);
         });
}

absl::StatusOr<FactFilter> FilterOf(const v1::ListFactsRequest& request, Day day,
                                    const catalog::Catalog& catalog) {
  FactFilter filter;
  if (!request.region().empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(filter.region, IdOf(request.region(), "regions", "region"));
  }
  if (!request.product().empty()) {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string name,
                               IdOf(request.product(), "products", "product"));
    const auto product = catalog.FindProduct(name);
    if (product == nullptr) return absl::NotFoundError(absl::StrCat("no ", request.product()));
    filter.product = product->id;
  }
  if (request.valid_only()) filter.valid_on = day;
  return filter;
}

}  // namespace

grpc::ServerUnaryReactor* ReferenceServiceImpl::GetFact(grpc::CallbackServerContext* context,
                                                        const v1::GetFactRequest* request,
                                                        v1::GetFactResponse* response) {
  return gate_->Read(context, "GetFact", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string id, IdOf(request->name(), "facts", "name"));
    const auto fact = facts_->Find(id, AsOf(request->has_as_of(), request->as_of()));
    if (fact == nullptr) return absl::NotFoundError(absl::StrCat("no ", request->name()));
    const Day today = ChinaDay(clock_->Now());
    *response->mutable_fact() = ToProto(*fact, today);
    for (const auto& version : facts_->Versions(id)) {
      *response->add_versions() = ToProto(*version, today);
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReferenceServiceImpl::ListFacts(grpc::CallbackServerContext* context,
                                                          const v1::ListFactsRequest* request,
                                                          v1::ListFactsResponse* response) {
  return gate_->Read(context, "ListFacts", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    GLUTWATCH_ASSIGN_OR_RETURN(const int size,
                               PageSize(request->page_size(), kUsualPage, kMostPage));
    const uint64_t query = QueryHash(*request);
    GLUTWATCH_ASSIGN_OR_RETURN(const std::string after,
                               ReadPageToken(request->page_token(), query));
    Day day = ChinaDay(clock_->Now());
    if (request->has_date()) {
      GLUTWATCH_ASSIGN_OR_RETURN(day, FromProto(request->date(), "date"));
    }
    GLUTWATCH_ASSIGN_OR_RETURN(const FactFilter filter, FilterOf(*request, day, *catalog_));
    const int kind = request->kind() == v1::FACT_KIND_UNSPECIFIED ? -1 : request->kind() - 1;
    for (const auto& fact : facts_->List(kind, AsOf(request->has_as_of(), request->as_of()))) {
      if (fact->id <= after || !Matches(filter, *fact, *catalog_)) continue;
      if (response->facts_size() == size) {
        const std::string last = response->facts(size - 1).name().substr(sizeof("facts/") - 1);
        response->set_next_page_token(MakePageToken(last, query));
        break;
      }
      *response->add_facts() = ToProto(*fact, day);
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReferenceServiceImpl::ImportFacts(grpc::CallbackServerContext* context,
                                                            const v1::ImportFactsRequest* request,
                                                            v1::ImportFactsResponse* response) {
  return gate_->Administer(context, "ImportFacts", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(security::Authorize(principal, Action::kEditCatalog, "", *catalog_));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto facts, FromProto(request->file()));
    GLUTWATCH_ASSIGN_OR_RETURN(const auto changes, facts_->Put(facts, request->validate_only()));
    const Day today = ChinaDay(clock_->Now());
    for (const catalog::FactBook::Change& change : changes) {
      v1::FactChange* to = response->add_changes();
      to->set_name("facts/" + change.id);
      if (change.previous != nullptr) *to->mutable_previous() = ToProto(*change.previous, today);
    }
    spdlog::info("facts imported read={} changed={} validate_only={} by={}", facts.size(),
                 changes.size(), request->validate_only(), LogText(principal.id));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReferenceServiceImpl::ExportFacts(grpc::CallbackServerContext* context,
                                                            const v1::ExportFactsRequest*,
                                                            v1::ExportFactsResponse* response) {
  return gate_->Administer(context, "ExportFacts", [=, this](auto& principal) -> absl::Status {
    GLUTWATCH_RETURN_IF_ERROR(MayAtAll(principal, Action::kReadPrices));
    const Day today = ChinaDay(clock_->Now());
    for (const auto& fact : facts_->List(-1, INT64_MAX)) {
      v1::Fact* to = response->mutable_file()->add_facts();
      *to = ToProto(*fact, today);
      to->clear_record_time();
      to->clear_expired();
    }
    return absl::OkStatus();
  });
}

}  // namespace glutwatch::rpc
