#include "server/observe/aggregate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace glutwatch::observe {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The quantile of `sorted`, which is not empty, between the two values around it.
template <typename Value>
double InterpolatedQuantile(const Value* sorted, size_t count, double quantile) {
  const double place = quantile * static_cast<double>(count - 1);
  const auto below = static_cast<size_t>(place);
  const double low = sorted[below].figure;
  if (below + 1 == count) return low;
  return low + (sorted[below + 1].figure - low) * (place - static_cast<double>(below));
}

// The lowest figure of `sorted`, which is not empty, up to which that share of the weight lies.
template <typename Value>
double WeightedQuantile(const Value* sorted, size_t count, double quantile) {
  double total = 0;
  for (size_t i = 0; i < count; ++i) total += sorted[i].weight;
  const double wanted = quantile * total;
  double reached = 0;
  for (size_t i = 0; i < count; ++i) {
    reached += sorted[i].weight;
    if (reached >= wanted) return sorted[i].figure;
  }
  return sorted[count - 1].figure;
}

}  // namespace

GroupAggregator::GroupAggregator(AggregateOptions options) : options_(std::move(options)) {}

void GroupAggregator::Cells::Add(size_t count, bool in_front) {
  const auto add = [&](auto* column, auto value) {
    column->insert(in_front ? column->begin() : column->end(), count, value);
  };
  for (std::vector<double>* column : {&sum, &arrivals}) add(column, 0.0);
  add(&min, std::numeric_limits<double>::infinity());
  add(&max, -std::numeric_limits<double>::infinity());
  for (std::vector<int32_t>* column :
       {&markets, &observations, &suspicious, &unweighed, &unweighed_markets}) {
    add(column, 0);
  }
}

void GroupAggregator::Cells::Clear() {
  for (std::vector<double>* column : {&sum, &min, &max, &arrivals}) column->clear();
  for (std::vector<int32_t>* column :
       {&markets, &observations, &suspicious, &unweighed, &unweighed_markets}) {
    column->clear();
  }
}

void GroupAggregator::Cover(int32_t first, int32_t last) {
  if (cells_.size() == 0) base_ = first;
  if (first < base_) {
    const auto more = static_cast<size_t>(base_ - first);
    cells_.Add(more, /*in_front=*/true);
    market_.insert(market_.begin(), more, MarketCell());
    base_ = first;
  }
  if (Index(last) >= cells_.size()) {
    cells_.Add(Index(last) + 1 - cells_.size(), /*in_front=*/false);
    market_.resize(cells_.size());
  }
}

template <bool kVolume, bool kArrivals>
GroupAggregator::MarketCell GroupAggregator::TakeDays(const DayPrices& series, size_t begin,
                                                      size_t end, size_t cell) {
  MarketCell taken{.series = 1};
  double min = cells_.min[cell];
  double max = cells_.max[cell];
  int32_t unweighed = 0;
  for (size_t i = begin; i < end; ++i) {
    const double price = series.prices[i];
    if constexpr (kArrivals) {
      const double arrivals = series.arrivals[i];
      taken.arrivals += arrivals;
      if (arrivals <= 0) {
        ++unweighed;
        if constexpr (kVolume) continue;
      }
      if constexpr (kVolume) taken.sum += price * arrivals;
    }
    if constexpr (!kVolume) taken.sum += price;
    min = std::min(min, price);
    max = std::max(max, price);
  }
  const auto days = static_cast<int32_t>(end - begin);
  if constexpr (!kVolume) taken.sum /= static_cast<double>(days);
  cells_.min[cell] = min;
  cells_.max[cell] = max;
  cells_.observations[cell] += kVolume ? days - unweighed : days;
  cells_.arrivals[cell] += taken.arrivals;
  cells_.unweighed[cell] += unweighed;
  return taken;
}

template <bool kArrivals>
void GroupAggregator::AddConsecutiveDays(const DayPrices& series) {
  const size_t count = series.days.size();
  const size_t first = Index(DayNumber(series.days.front()));
  // `taken` runs over the series' column, `cells` over the group's.
  const auto each = [&](const auto& taken, auto* cells, const auto& with) {
    const auto* const from = taken.data();
    auto* const to = cells->data() + first;
    for (size_t i = 0; i < count; ++i) to[i] = with(to[i], from[i]);
  };
  const std::vector<double>& prices = series.prices;
  each(prices, &cells_.sum, [](double sum, double price) { return sum + price; });
  if (options_.with_extremes) {
    each(prices, &cells_.min, [](double min, double price) { return std::min(min, price); });
    each(prices, &cells_.max, [](double max, double price) { return std::max(max, price); });
  }
  const auto one_more = [](int32_t n, Day) { return n + 1; };
  each(series.days, &cells_.markets, one_more);
  each(series.days, &cells_.observations, one_more);
  if constexpr (kArrivals) {
    const auto one_if_none = [](int32_t n, double arrivals) { return n + (arrivals > 0 ? 0 : 1); };
    each(series.arrivals, &cells_.arrivals, [](double sum, double more) { return sum + more; });
    each(series.arrivals, &cells_.unweighed, one_if_none);
    each(series.arrivals, &cells_.unweighed_markets, one_if_none);
  }
}

template <bool kArrivals>
void GroupAggregator::AddLoneDays(const DayPrices& series) {
  const size_t count = series.days.size();
  if (static_cast<size_t>(series.days.back() - series.days.front()) + 1 == count) {
    return AddConsecutiveDays<kArrivals>(series);
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t cell = Index(DayNumber(series.days[i]));
    const double price = series.prices[i];
    cells_.sum[cell] += price;
    cells_.min[cell] = std::min(cells_.min[cell], price);
    cells_.max[cell] = std::max(cells_.max[cell], price);
    ++cells_.markets[cell];
    ++cells_.observations[cell];
    if constexpr (kArrivals) {
      const double arrivals = series.arrivals[i];
      const int32_t unweighed = arrivals > 0 ? 0 : 1;
      cells_.arrivals[cell] += arrivals;
      cells_.unweighed[cell] += unweighed;
      cells_.unweighed_markets[cell] += unweighed;
    }
  }
}

template <bool kVolume, bool kArrivals>
void GroupAggregator::AddMarket(int32_t period, const MarketCell& market) {
  const size_t cell = Index(period);
  if constexpr (kArrivals) {
    if (market.arrivals <= 0) {
      ++cells_.unweighed_markets[cell];
      if constexpr (kVolume) return;
    }
  }
  const double figure = market.sum / (kVolume ? market.arrivals : market.series);
  cells_.sum[cell] += kVolume ? market.sum : figure;
  ++cells_.markets[cell];
  if (options_.quantiles.empty()) return;
  values_.push_back({figure, market.arrivals});
  value_periods_.push_back(period);
}

template <bool kVolume, bool kArrivals>
void GroupAggregator::AddDays(const DayPrices& series, bool only_of_market) {
  const Period kind = options_.period;
  const size_t count = series.days.size();
  for (size_t begin = 0, end = 0; begin < count; begin = end) {
    const Day first = series.days[begin];
    const bool daily = kind == Period::kDay;
    const int32_t period = daily ? DayNumber(first) : PeriodIndex(kind, first);
    end = begin + 1;
    if (!daily) {
      const Day next = PeriodStart(kind, period + 1);
      while (end < count && series.days[end] < next) ++end;
    }
    const MarketCell taken = TakeDays<kVolume, kArrivals>(series, begin, end, Index(period));
    if (only_of_market) {
      AddMarket<kVolume, kArrivals>(period, taken);
    } else {
      MarketCell& market = market_[Index(period)];
      market.sum += taken.sum;
      market.arrivals += taken.arrivals;
      market.series += taken.series;
    }
  }
}

template <bool kVolume, bool kArrivals>
void GroupAggregator::AddSeries(const DayPrices& series, bool last_of_market) {
  const bool in_market = market_first_ <= market_last_;
  const bool only_of_market = last_of_market && !in_market;
  if (!series.days.empty()) {
    const int32_t first = PeriodIndex(options_.period, series.days.front());
    const int32_t last = PeriodIndex(options_.period, series.days.back());
    Cover(first, last);
    const bool lone_days =
        only_of_market && options_.period == Period::kDay && options_.quantiles.empty();
    if (!kVolume && lone_days) {
      AddLoneDays<kArrivals>(series);
    } else {
      AddDays<kVolume, kArrivals>(series, only_of_market);
    }
    if (!only_of_market) {
      market_first_ = std::min(market_first_, first);
      market_last_ = std::max(market_last_, last);
    }
  }
  if (!last_of_market) return;
  for (int32_t period = market_first_; period <= market_last_; ++period) {
    MarketCell& market = market_[Index(period)];
    if (market.series == 0) continue;
    AddMarket<kVolume, kArrivals>(period, market);
    market = MarketCell();
  }
  market_first_ = std::numeric_limits<int32_t>::max();
  market_last_ = std::numeric_limits<int32_t>::min();
}

absl::Status GroupAggregator::Add(const DayPrices& series, bool last_of_market) {
  if (options_.weighting == Weighting::kVolume) {
    AddSeries<true, true>(series, last_of_market);
  } else if (options_.with_arrivals) {
    AddSeries<false, true>(series, last_of_market);
  } else {
    AddSeries<false, false>(series, last_of_market);
  }
  for (const Day day : series.suspicious) {
    const int32_t period = PeriodIndex(options_.period, day);
    Cover(period, period);
    ++cells_.suspicious[Index(period)];
  }
  if (values_.size() <= kMaxQuantileValues) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "TOO_MANY_VALUES: quantiles over more than ", kMaxQuantileValues,
      " markets' periods in one group; ask for longer periods, fewer days or smaller groups"));
}

void GroupAggregator::FinishPeriod(size_t cell, double price_divisor, AggregateFigures* out) const {
  const double arrivals = cells_.arrivals[cell];
  const int32_t markets = cells_.markets[cell];
  const bool counted = cells_.observations[cell] > 0;
  const bool extremes = counted && options_.with_extremes;
  const double weight = options_.weighting == Weighting::kVolume ? arrivals : markets;
  out->period_starts.push_back(PeriodStart(options_.period, base_ + static_cast<int32_t>(cell)));
  out->means.push_back(counted ? cells_.sum[cell] / weight / price_divisor : kNaN);
  out->minima.push_back(extremes ? cells_.min[cell] / price_divisor : kNaN);
  out->maxima.push_back(extremes ? cells_.max[cell] / price_divisor : kNaN);
  out->arrivals.push_back(arrivals > 0 ? arrivals : kNaN);
  out->markets.push_back(markets);
  out->observations.push_back(cells_.observations[cell]);
  out->suspicious.push_back(cells_.suspicious[cell]);
  out->unweighed.push_back(cells_.unweighed[cell]);
  out->unweighed_markets.push_back(cells_.unweighed_markets[cell]);
}

void GroupAggregator::FinishQuantiles(double price_divisor, AggregateFigures* out) {
  std::vector<size_t> ends(cells_.size());
  size_t begin = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    ends[i] = begin;
    begin += static_cast<size_t>(cells_.markets[i]);
  }
  sorted_.resize(values_.size());
  for (size_t i = 0; i < values_.size(); ++i) {
    sorted_[ends[Index(value_periods_[i])]++] = values_[i];
  }
  for (const Day start : out->period_starts) {
    const size_t cell = Index(PeriodIndex(options_.period, start));
    const auto count = static_cast<size_t>(cells_.markets[cell]);
    Value* const first = sorted_.data() + ends[cell] - count;
    std::sort(first, first + count,
              [](const Value& a, const Value& b) { return a.figure < b.figure; });
    for (size_t q = 0; q < options_.quantiles.size(); ++q) {
      const double quantile = options_.quantiles[q];
      double figure = kNaN;
      if (count > 0) {
        figure = options_.weighting == Weighting::kVolume
                     ? WeightedQuantile(first, count, quantile)
                     : InterpolatedQuantile(first, count, quantile);
      }
      out->quantiles[q].push_back(figure / price_divisor);
    }
  }
}

void GroupAggregator::Finish(double price_divisor, AggregateFigures* out) {
  *out = AggregateFigures();
  out->quantiles.resize(options_.quantiles.size());
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (cells_.observations[i] + cells_.suspicious[i] + cells_.unweighed[i] == 0) continue;
    FinishPeriod(i, price_divisor, out);
  }
  if (!options_.quantiles.empty()) FinishQuantiles(price_divisor, out);
  cells_.Clear();
  market_.clear();
  values_.clear();
  value_periods_.clear();
}

}  // namespace glutwatch::observe
