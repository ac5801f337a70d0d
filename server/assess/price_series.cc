#include "server/assess/price_series.h"

#include <limits>

#include "base/decimal.h"

namespace glutwatch::assess {
namespace {

using storage::Observation;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The price that stands for an observation; nullopt if it has none that may be used.
std::optional<double> UsablePrice(const Observation& o) {
  if (o.status != storage::DayStatus::kTraded || (o.flags & storage::kLeftOut) != 0) {
    return std::nullopt;
  }
  if ((o.presence & storage::kHasModal) != 0) return E4ToDouble(o.modal_e4);
  constexpr uint8_t kBoth = storage::kHasLow | storage::kHasHigh;
  if ((o.presence & kBoth) == kBoth) return (E4ToDouble(o.low_e4) + E4ToDouble(o.high_e4)) / 2;
  return std::nullopt;
}

// The lots of one day.
class Lots {
 public:
  void Add(double price, const Observation& o) {
    const bool weighed = (o.presence & storage::kHasArrivals) != 0 && o.arrivals_e4 > 0;
    const double arrivals = weighed ? E4ToDouble(o.arrivals_e4) : 0;
    all_weighed_ &= weighed;
    ++count_;
    sum_ += price;
    weighed_sum_ += price * arrivals;
    arrivals_ += arrivals;
  }
  bool empty() const { return count_ == 0; }
  double Mean() const {
    if (count_ == 1) return sum_;
    return all_weighed_ ? weighed_sum_ / arrivals_ : sum_ / count_;
  }

 private:
  int count_ = 0;
  bool all_weighed_ = true;
  double sum_ = 0;
  double weighed_sum_ = 0;
  double arrivals_ = 0;
};

}  // namespace

std::optional<size_t> DailyPrices::IndexOf(Day day) const {
  if (day < first_day || day - first_day >= static_cast<int>(price.size())) return std::nullopt;
  return static_cast<size_t>(day - first_day);
}

DailyPrices ToDailyPrices(absl::Span<const storage::Version> versions, const PriceBasis& basis) {
  DailyPrices result;
  for (size_t i = 0; i < versions.size();) {
    const Day day = versions[i].observation.day;
    Lots lots;
    for (; i < versions.size() && versions[i].observation.day == day; ++i) {
      const auto price = UsablePrice(versions[i].observation);
      if (price.has_value()) lots.Add(*price, versions[i].observation);
    }
    if (lots.empty()) continue;
    if (result.price.empty()) result.first_day = day;
    result.price.resize(static_cast<size_t>(day - result.first_day) + 1, kNaN);
    result.price.back() = lots.Mean() / basis.divisor;
  }
  return result;
}

}  // namespace glutwatch::assess
