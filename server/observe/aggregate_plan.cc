#include "server/observe/aggregate_plan.h"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "server/catalog/price_basis.h"

namespace glutwatch::observe {
namespace {

using catalog::Catalog;
using catalog::Dimension;
using catalog::SeriesId;

constexpr char kChinaCodes[] = "GB/T 2260";
constexpr absl::string_view kTonne = "t";
constexpr double kKilogramsPerTonne = 1000;
constexpr int kMostProducts = 1'000'000;

// Which level a region's own code says; -1 if it says none.
int LevelOfCode(const catalog::Region& region) {
  if (region.code_system != kChinaCodes || region.code.size() != 6) return -1;
  if (absl::EndsWith(region.code, "0000")) return static_cast<int>(RegionLevel::kProvince);
  if (absl::EndsWith(region.code, "00")) return static_cast<int>(RegionLevel::kPrefecture);
  return static_cast<int>(RegionLevel::kCounty);
}

// The code of the region that `code` counts for at `level`; `code` itself if it is unknown.
std::string RegionAt(const Catalog& catalog, const std::string& code, RegionLevel level) {
  std::vector<std::shared_ptr<const catalog::Region>> up;  // from `code` to the country
  for (auto at = catalog.FindRegion(code);
       at != nullptr && static_cast<int>(up.size()) <= catalog::kMaxRegionDepth;
       at = catalog.FindRegion(at->parent)) {
    up.push_back(at);
    if (at->parent.empty()) break;
  }
  if (up.empty()) return code;
  for (size_t i = 0; i < up.size(); ++i) {
    const int of_code = LevelOfCode(*up[i]);
    const int found = of_code >= 0 ? of_code : static_cast<int>(up.size() - 1 - i);
    if (found <= static_cast<int>(level)) return up[i]->code;
  }
  return up.back()->code;
}

class Planner {
 public:
  Planner(const GroupingQuestion& question, const Catalog& catalog,
          const catalog::SeriesRegistry& registry)
      : question_(question), catalog_(catalog), registry_(registry) {}

  absl::StatusOr<AggregatePlan> Plan() {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<SeriesId> ids, Select());
    drafts_.reserve(ids.size());
    for (const SeriesId id : ids) Draw(*registry_.Find(id));
    return Arrange();
  }

 private:
  // Numbers of names, from 1 in the order in which they occur; 0 is no name.
  using Numbers = absl::flat_hash_map<std::string, uint32_t>;
  static uint32_t NumberOf(const std::string& name, Numbers* numbers) {
    if (name.empty()) return 0;
    return numbers->try_emplace(name, numbers->size() + 1).first->second;
  }

  // What is known of a market, product or quote after its first series.
  struct MarketPart {
    uint32_t number = 0;
    uint32_t region = 0;  // 0 if not asked for
    std::string region_code;
  };
  struct ProductPart {
    uint32_t number = 0;
    uint32_t category = 0;  // 0 if not asked for
    std::string category_name;
  };
  struct QuotePart {
    uint32_t price_unit = 0;
    std::string price_unit_name;
    std::string arrivals_unit;
    SeriesScale scale;
  };
  struct Draft {
    PlannedSeries series;
    uint32_t market = 0;
    uint32_t product = 0;
  };
  // Numbers of region, category, product, market and price unit.
  using GroupKey = std::array<uint32_t, 5>;

  bool By(GroupBy what) const { return (question_.group_by & what) != 0; }

  absl::StatusOr<std::vector<SeriesId>> Select() const;
  absl::Status NarrowToCategory(catalog::SeriesSelection* selection) const;
  const MarketPart& Market(const std::string& id);
  const ProductPart& Product(const std::string& id);
  const QuotePart& Quote(const catalog::Series& series);
  QuotePart MakeQuote(const catalog::Series& series) const;
  void Draw(const catalog::Series& series);
  void SortGroups();
  void DivideLate();
  AggregatePlan Arrange();

  const GroupingQuestion& question_;
  const Catalog& catalog_;
  const catalog::SeriesRegistry& registry_;
  absl::flat_hash_map<std::string, MarketPart> markets_;
  absl::flat_hash_map<std::string, ProductPart> products_;
  absl::flat_hash_map<std::string, QuotePart> quotes_;
  Numbers regions_;
  Numbers categories_;
  Numbers price_units_;
  absl::flat_hash_map<GroupKey, uint32_t> group_numbers_;
  std::vector<AggregateGroup> groups_;  // in the order in which they occur
  std::vector<Draft> drafts_;
};

absl::Status Planner::NarrowToCategory(catalog::SeriesSelection* selection) const {
  std::vector<std::string> of_category;
  for (const auto& product : catalog_.ListProducts(question_.category, "", kMostProducts)) {
    of_category.push_back(product->id);
  }
  if (selection->products.empty()) {
    selection->products = std::move(of_category);
  } else {
    std::erase_if(selection->products, [&](const std::string& name) {
      const auto product = catalog_.FindProduct(name);
      return product != nullptr && product->category != question_.category;
    });
  }
  if (!selection->products.empty()) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("no product of the selection is of category \"", question_.category, "\""));
}

absl::StatusOr<std::vector<SeriesId>> Planner::Select() const {
  if (By(kByRegion) && question_.region_level == RegionLevel::kNone) {
    return absl::InvalidArgumentError(
        "region_level is not set, expected the level of the regions to group by");
  }
  catalog::SeriesSelection selection = question_.selection;
  if (!question_.category.empty()) GLUTWATCH_RETURN_IF_ERROR(NarrowToCategory(&selection));
  GLUTWATCH_ASSIGN_OR_RETURN(auto ids,
                             registry_.Select(selection, SeriesId{}, kMaxAggregatedSeries + 1));
  if (ids.empty()) return absl::NotFoundError("no series matches the selection");
  if (ids.size() > kMaxAggregatedSeries) {
    return absl::InvalidArgumentError(
        absl::StrCat("TOO_MANY_SERIES: selection matches more than ", kMaxAggregatedSeries,
                     " series; name markets, products or a smaller region"));
  }
  return ids;
}

const Planner::MarketPart& Planner::Market(const std::string& id) {
  const auto [known, added] = markets_.try_emplace(id);
  if (added) {
    known->second.number = static_cast<uint32_t>(markets_.size());
    const auto market = catalog_.GetMarket(id);
    if (By(kByRegion) && market != nullptr) {
      known->second.region_code = RegionAt(catalog_, market->region, question_.region_level);
      known->second.region = NumberOf(known->second.region_code, &regions_);
    }
  }
  return known->second;
}

const Planner::ProductPart& Planner::Product(const std::string& id) {
  const auto [known, added] = products_.try_emplace(id);
  if (added) {
    known->second.number = static_cast<uint32_t>(products_.size());
    const auto product = By(kByCategory) ? catalog_.GetProduct(id) : nullptr;
    if (product != nullptr) known->second.category_name = product->category;
    known->second.category = NumberOf(known->second.category_name, &categories_);
  }
  return known->second;
}

Planner::QuotePart Planner::MakeQuote(const catalog::Series& series) const {
  const auto unit = catalog_.FindUnit(series.key.unit);
  const auto basis = catalog::BasisOf(series.key.currency, series.key.unit, unit.get());
  const auto arrivals = catalog_.FindUnit(series.arrivals_unit);
  const bool same_dimension = basis.converted && arrivals != nullptr &&
                              arrivals->dimension == unit->dimension &&
                              arrivals->base_quantity_e4.has_value();
  const double base_per_arrivals_e4 =
      same_dimension ? E4ToDouble(*arrivals->base_quantity_e4) / kE4 : 0;
  QuotePart part;
  if (basis.converted && unit->dimension == Dimension::kMass) {
    part.price_unit_name = absl::StrCat(series.key.currency, "/", question_.mass_unit.code);
    part.arrivals_unit = std::string(kTonne);
    part.scale = {static_cast<double>(*unit->base_quantity_e4) / question_.mass_unit.kilograms,
                  base_per_arrivals_e4 / kKilogramsPerTonne};
  } else if (basis.converted) {
    part.price_unit_name = basis.unit;
    part.arrivals_unit = std::string(catalog::BaseUnitOf(unit->dimension));
    part.scale = {static_cast<double>(*unit->base_quantity_e4), base_per_arrivals_e4};
  } else {
    part.price_unit_name = basis.unit;
    part.arrivals_unit = series.key.unit;
    part.scale = {kE4, series.arrivals_unit == series.key.unit ? 1.0 / kE4 : 0};
  }
  return part;
}

const Planner::QuotePart& Planner::Quote(const catalog::Series& series) {
  const auto [known, added] = quotes_.try_emplace(
      absl::StrCat(series.key.currency, "/", series.key.unit, "/", series.arrivals_unit));
  if (added) {
    known->second = MakeQuote(series);
    known->second.price_unit = NumberOf(known->second.price_unit_name, &price_units_);
  }
  return known->second;
}

void Planner::Draw(const catalog::Series& series) {
  const MarketPart& market = Market(series.key.market);
  const ProductPart& product = Product(series.key.product);
  const QuotePart& quote = Quote(series);
  const GroupKey key{market.region, product.category, By(kByProduct) ? product.number : 0,
                     By(kByMarket) ? market.number : 0, quote.price_unit};
  const auto [group, added] = group_numbers_.try_emplace(key, groups_.size());
  if (added) {
    groups_.push_back({.region = market.region_code,
                       .category = product.category_name,
                       .product = By(kByProduct) ? series.key.product : "",
                       .market = By(kByMarket) ? series.key.market : "",
                       .price_unit = quote.price_unit_name,
                       .arrivals_unit = quote.arrivals_unit});
  }
  drafts_.push_back(
      {{series.id, group->second, false, quote.scale}, market.number, product.number});
}

void Planner::SortGroups() {
  std::vector<uint32_t> order(groups_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto name = [this](uint32_t i) {
    const AggregateGroup& group = groups_[i];
    return std::tie(group.region, group.category, group.product, group.market, group.price_unit);
  };
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return name(a) < name(b); });
  std::vector<AggregateGroup> sorted;
  sorted.reserve(groups_.size());
  std::vector<uint32_t> places(groups_.size());
  for (const uint32_t i : order) {
    places[i] = static_cast<uint32_t>(sorted.size());
    sorted.push_back(std::move(groups_[i]));
  }
  groups_ = std::move(sorted);
  for (Draft& draft : drafts_) draft.series.group = places[draft.series.group];
}

// Leaves the division of prices to the end where the series of a group are of one unit.
void Planner::DivideLate() {
  constexpr double kNone = -1;
  constexpr double kDiffer = 0;
  std::vector<double> divisors(groups_.size(), kNone);
  for (const Draft& draft : drafts_) {
    double& divisor = divisors[draft.series.group];
    const double own = draft.series.scale.price_divisor;
    divisor = divisor == kNone || divisor == own ? own : kDiffer;
  }
  for (Draft& draft : drafts_) {
    const double divisor = divisors[draft.series.group];
    if (divisor == kDiffer) continue;
    groups_[draft.series.group].price_divisor = divisor;
    draft.series.scale.price_divisor = 1;
  }
}

AggregatePlan Planner::Arrange() {
  SortGroups();
  DivideLate();
  const auto sort_by = [&](uint32_t Draft::*part) {
    std::sort(drafts_.begin(), drafts_.end(), [&](const Draft& a, const Draft& b) {
      return std::tuple(a.series.group, a.*part, a.series.id) <
             std::tuple(b.series.group, b.*part, b.series.id);
    });
  };
  const auto ends = [&](size_t i, uint32_t Draft::*part) {
    return i + 1 == drafts_.size() || drafts_[i + 1].series.group != drafts_[i].series.group ||
           drafts_[i + 1].*part != drafts_[i].*part;
  };
  sort_by(&Draft::product);
  for (size_t i = 0; i < drafts_.size(); ++i) {
    groups_[drafts_[i].series.group].products += ends(i, &Draft::product) ? 1 : 0;
  }
  sort_by(&Draft::market);
  AggregatePlan plan;
  plan.series.reserve(drafts_.size());
  for (size_t i = 0; i < drafts_.size(); ++i) {
    Draft& draft = drafts_[i];
    draft.series.last_of_market = ends(i, &Draft::market);
    AggregateGroup& group = groups_[draft.series.group];
    ++group.series;
    group.markets += draft.series.last_of_market ? 1 : 0;
    plan.series.push_back(draft.series);
  }
  plan.groups = std::move(groups_);
  return plan;
}

}  // namespace

absl::StatusOr<AggregatePlan> PlanAggregation(const GroupingQuestion& question,
                                              const Catalog& catalog,
                                              const catalog::SeriesRegistry& registry) {
  return Planner(question, catalog, registry).Plan();
}

}  // namespace glutwatch::observe
