#include "server/observe/day_prices.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace glutwatch::observe {
namespace {

using storage::ColumnSet;
using storage::DayStatus;
using storage::PriceColumns;

constexpr uint8_t kLowAndHigh = storage::kHasLow | storage::kHasHigh;
constexpr ColumnSet kLowAndHighColumns = storage::kLowColumn | storage::kHighColumn;

// Whether every row is a price of a day of its own: what nearly all series are.
bool IsPlain(const PriceColumns& rows) {
  return rows.all_first_lots && rows.all_traded &&
         (rows.common_presence & storage::kHasModal) != 0 &&
         (rows.any_flags & storage::kLeftOut) == 0;
}

// 0 where there are none: a number that is not set is 0.
double ArrivalsOf(const PriceColumns& rows, size_t i) {
  return static_cast<double>(std::max<int64_t>(rows.arrivals_e4[i], 0));
}

void TakePlain(const PriceColumns& rows, const SeriesScale& scale, bool with_arrivals,
               DayPrices* out) {
  const size_t count = rows.rows();
  out->days.assign(rows.days.begin(), rows.days.end());
  out->prices.resize(count);
  for (size_t i = 0; i < count; ++i) {
    out->prices[i] = static_cast<double>(rows.modal_e4[i]);
  }
  if (scale.price_divisor != 1) {
    for (double& price : out->prices) price /= scale.price_divisor;
  }
  out->arrivals.resize(with_arrivals ? count : 0);
  if (!with_arrivals) return;
  for (size_t i = 0; i < count; ++i) {
    out->arrivals[i] = ArrivalsOf(rows, i) * scale.arrivals_factor;
  }
}

// The lots of one day.
struct Lots {
  int count = 0;
  bool all_weighed = true;
  double sum_e4 = 0;
  double weighed_sum = 0;
  double arrivals_e4 = 0;

  void Add(double price_e4, double lot_arrivals_e4) {
    all_weighed &= lot_arrivals_e4 > 0;
    ++count;
    sum_e4 += price_e4;
    weighed_sum += price_e4 * lot_arrivals_e4;
    arrivals_e4 += lot_arrivals_e4;
  }
  double MeanE4() const {
    if (count == 1) return sum_e4;
    return all_weighed ? weighed_sum / arrivals_e4 : sum_e4 / count;
  }
};

// Row by row, for series with lots, days without trade, suspicions or missing modal prices.
class Rows {
 public:
  // `rows` is not empty.
  Rows(const PriceColumns& rows, const SeriesScale& scale, bool with_arrivals, DayPrices* out)
      : rows_(rows),
        has_low_high_(!rows.low_e4.empty() && !rows.high_e4.empty()),
        has_arrivals_(!rows.arrivals_e4.empty()),
        scale_(scale),
        with_arrivals_(with_arrivals),
        out_(out) {}

  ColumnSet Take() {
    for (size_t i = 0; i < rows_.rows(); ++i) {
      if (i > 0 && rows_.days[i] != rows_.days[i - 1]) EndDay(rows_.days[i - 1]);
      TakeRow(i);
    }
    EndDay(rows_.days[rows_.rows() - 1]);
    return missing_;
  }

 private:
  void TakeRow(size_t i) {
    if (rows_.statuses[i] != DayStatus::kTraded) return;
    if ((rows_.flags[i] & storage::kDiscarded) != 0) return;  // wrong, and nothing to wait for
    if ((rows_.flags[i] & storage::kSuspicious) != 0) {
      out_->suspicious.push_back(rows_.days[i]);
      return;
    }
    double price_e4 = 0;
    if ((rows_.presences[i] & storage::kHasModal) != 0) {
      price_e4 = static_cast<double>(rows_.modal_e4[i]);
    } else if ((rows_.presences[i] & kLowAndHigh) != kLowAndHigh) {
      return;
    } else if (has_low_high_) {
      price_e4 = (static_cast<double>(rows_.low_e4[i]) + static_cast<double>(rows_.high_e4[i])) / 2;
    } else {
      missing_ |= kLowAndHighColumns;
    }
    // A lone first lot needs no weight.
    if (!has_arrivals_ && rows_.lots[i] > 0) missing_ |= storage::kArrivalsColumn;
    lots_.Add(price_e4, has_arrivals_ ? ArrivalsOf(rows_, i) : 0);
  }

  void EndDay(Day day) {
    if (lots_.count > 0) {
      out_->days.push_back(day);
      out_->prices.push_back(lots_.MeanE4() / scale_.price_divisor);
      if (with_arrivals_) out_->arrivals.push_back(lots_.arrivals_e4 * scale_.arrivals_factor);
    }
    lots_ = {};
  }

  const PriceColumns& rows_;
  const bool has_low_high_;
  const bool has_arrivals_;
  const SeriesScale& scale_;
  const bool with_arrivals_;
  DayPrices* const out_;
  Lots lots_;
  ColumnSet missing_ = 0;
};

}  // namespace

ColumnSet ToDayPrices(const PriceColumns& rows, const SeriesScale& scale, bool with_arrivals,
                      DayPrices* out) {
  out->suspicious.clear();
  const bool empty = rows.rows() == 0;
  if (!empty && with_arrivals && rows.arrivals_e4.empty()) return storage::kArrivalsColumn;
  if (!empty && IsPlain(rows)) {
    TakePlain(rows, scale, with_arrivals, out);
    return 0;
  }
  out->days.clear();
  out->prices.clear();
  out->arrivals.clear();
  if (empty) return 0;
  return Rows(rows, scale, with_arrivals, out).Take();
}

}  // namespace glutwatch::observe
