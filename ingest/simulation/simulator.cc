#include "ingest/simulation/simulator.h"

#include <algorithm>
#include <utility>

#include "ingest/simulation/arithmetic.h"
#include "ingest/simulation/spring_festival.h"

namespace glutwatch::ingest::simulation {
namespace {

// The random streams of the days.
constexpr uint64_t kProductStream = 100;
constexpr uint64_t kYearStream = 101;
constexpr uint64_t kClosureStream = 102;
constexpr uint64_t kSeriesStream = 1000;  // + series

// A slow random walk that returns to 0: half of a shock is left after 23 days.
constexpr double kPersistence = 0.97;
constexpr double kInnovation = 0.24310491562286438;  // sqrt(1 - 0.97^2)
// After so many steps nothing is left of where the walk began, so that a day's random part does not
// depend on the first day: a simulation that ends a day later repeats this one's prices.
constexpr int kWarmUpDays = 1200;
// How the noise is shared between all markets of a product, one market, and one day.
constexpr double kSharedNoise = 0.6;
constexpr double kMarketNoise = 0.5;
constexpr double kDayNoise = 0.15;
constexpr double kYearNoise = 0.3;

constexpr double kClosedShare = 0.003;       // of market days
constexpr double kNotReportedShare = 0.005;  // of series days
constexpr int64_t kSmallestCents = 2;
constexpr int64_t kE4PerCent = 100;

enum Presence : int32_t { kPrices = 7, kArrivals = 8 };

// How much of the festival's rise is there: up over three weeks, gone after ten days.
double FestivalShape(int days) {
  if (days <= -22 || days >= 10) return 0;
  if (days <= -2) return (days + 22) / 20.0;
  return (10 - days) / 12.0;
}

// A product's good and bad years: drawn for each year, joined linearly between mid-years.
double YearShape(uint64_t seed, size_t product, Day day) {
  const double years = DayNumber(day) / 365.25 + 0.5;
  const auto year = static_cast<int64_t>(years);
  const double part = years - static_cast<double>(year);
  const auto draw = [&](int64_t y) {
    return Normal(Mix(seed, kYearStream, product * 1000 + static_cast<uint64_t>(y)));
  };
  return (1 - part) * draw(year) + part * draw(year + 1);
}

// How deep into a glut the day lies: 0 outside, 1 at the bottom.
double DepthOf(const GlutModel& glut, Day day) {
  int days = day - glut.start;
  if (days < 0) return 0;
  if (days < glut.fall_days) return (days + 1.0) / glut.fall_days;
  days -= glut.fall_days;
  if (days < glut.bottom_days) return 1;
  days -= glut.bottom_days;
  return std::max(0.0, 1 - (days + 1.0) / glut.recovery_days);
}

}  // namespace

Simulator::Simulator(SimulationPlan plan)
    : plan_(std::move(plan)),
      day_(plan_.first),
      product_state_(plan_.products.size()),
      series_state_(plan_.series.size()),
      product_factor_(plan_.products.size()),
      season_(plan_.products.size()),
      market_status_(plan_.market_specs.size(), v1::DAY_STATUS_TRADED),
      glut_price_(plan_.series.size(), 1),
      glut_arrivals_(plan_.series.size(), 1),
      glut_no_bid_(plan_.series.size(), 0) {
  if (plan_.closures) WarmUp();
}

void Simulator::StepProduct(size_t product, Day day) {
  const uint64_t number = product * 100'000 + static_cast<uint64_t>(DayNumber(day));
  product_state_[product] = kPersistence * product_state_[product] +
                            kInnovation * Normal(Mix(plan_.seed, kProductStream, number));
}

uint64_t Simulator::StepSeries(size_t series, Day day) {
  const uint64_t draw =
      Mix(plan_.seed, kSeriesStream + series, static_cast<uint64_t>(DayNumber(day)));
  series_state_[series] = kPersistence * series_state_[series] + kInnovation * Normal(draw);
  return draw;
}

void Simulator::WarmUp() {
  for (Day day = plan_.first - kWarmUpDays; day < plan_.first; day = day + 1) {
    for (size_t i = 0; i < product_state_.size(); ++i) StepProduct(i, day);
    for (size_t i = 0; i < series_state_.size(); ++i) StepSeries(i, day);
  }
}

void Simulator::SetProductFactors(int day_of_week, int festival_days) {
  const double turn = DayNumber(day_) / 365.25;
  const double festival = FestivalShape(festival_days);
  for (size_t i = 0; i < plan_.products.size(); ++i) {
    const ProductModel& model = plan_.products[i];
    StepProduct(i, day_);
    season_[i] = model.season_log * CosTurns(turn - model.dearest_turn);
    const double week = model.weekly_log * CosTurns((day_of_week - 5.5) / 7.0);
    product_factor_[i] = Exp(season_[i] + week + model.festival_log * festival +
                             model.noise * (kSharedNoise * product_state_[i] +
                                            kYearNoise * YearShape(plan_.seed, i, day_)));
  }
}

void Simulator::SetClosures(int festival_days) {
  for (size_t market = 0; market < market_status_.size(); ++market) {
    const uint64_t number = market * 100'000 + static_cast<uint64_t>(DayNumber(day_));
    const int back = plan_.wholesale[market] ? 2 : 5;  // the day on which it is still closed
    if (festival_days >= -1 && festival_days <= back) {
      market_status_[market] = v1::DAY_STATUS_HOLIDAY;
    } else if (Uniform(Mix(plan_.seed, kClosureStream, number)) < kClosedShare) {
      market_status_[market] = v1::DAY_STATUS_CLOSED;
    } else {
      market_status_[market] = v1::DAY_STATUS_TRADED;
    }
  }
}

void Simulator::ApplyGluts() {
  for (const int32_t series : glutted_) {
    const auto i = static_cast<size_t>(series);
    glut_price_[i] = glut_arrivals_[i] = 1;
    glut_no_bid_[i] = 0;
  }
  glutted_.clear();
  for (const GlutModel& glut : plan_.gluts) {
    const double depth = DepthOf(glut, day_);
    if (depth <= 0) continue;
    for (const GlutSeries& under : glut.series) {
      const auto i = static_cast<size_t>(under.series);
      glut_price_[i] *= Exp(glut.price_log * depth * under.share);
      glut_arrivals_[i] *= Exp(glut.arrivals_log * depth * under.share);
      glut_no_bid_[i] = std::max(glut_no_bid_[i], glut.no_bid_share * depth * under.share);
      glutted_.push_back(under.series);
    }
  }
}

void Simulator::StartDay() {
  const int festival_days = DaysFromSpringFestival(day_);
  // 1970-01-01 was a Thursday; Monday is 1.
  const int day_of_week = (DayNumber(day_) + 3) % 7 + 1;
  SetProductFactors(day_of_week, festival_days);
  if (plan_.closures) SetClosures(festival_days);
  ApplyGluts();
  started_ = true;
}

void Simulator::AddTraded(size_t series, uint64_t draw, double price_e4,
                          v1::ObservationBatch* batch) {
  const auto modal = std::max(kSmallestCents, static_cast<int64_t>(price_e4 / kE4PerCent + 0.5));
  // Low and high lie 2 to 8 % beside the modal price, at least a cent.
  const auto beside = [&](uint64_t bits) {
    const double share = 0.02 + 0.06 * Uniform(bits);
    return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(modal) * share));
  };
  batch->add_low_prices_e4((modal - std::max<int64_t>(1, std::min(modal - 1, beside(draw)))) *
                           kE4PerCent);
  batch->add_modal_prices_e4(modal * kE4PerCent);
  batch->add_high_prices_e4((modal + beside(draw << 20)) * kE4PerCent);
  const SeriesModel& model = plan_.series[series];
  const auto product = static_cast<size_t>(model.product);
  const double usual_kg = plan_.products[product].arrivals_kg * model.arrivals_level;
  if (usual_kg <= 0) {
    batch->add_presences(kPrices);
    batch->add_arrivals_e4(0);
    return;
  }
  // Cheap in season is plentiful in season.
  const double kg =
      usual_kg * glut_arrivals_[series] * Exp(0.15 * Normal(Mix(draw, 1, 1)) - season_[product]);
  batch->add_presences(kPrices | kArrivals);
  batch->add_arrivals_e4(static_cast<int64_t>(kg / 10 + 0.5) * 10 * 10'000);
}

bool Simulator::AddSeriesRow(size_t series, v1::ObservationBatch* batch) {
  const SeriesModel& model = plan_.series[series];
  const ProductModel& product = plan_.products[static_cast<size_t>(model.product)];
  const uint64_t draw = StepSeries(series, day_);
  if (market_status_[static_cast<size_t>(model.market)] != v1::DAY_STATUS_TRADED) return false;
  batch->add_series_indexes(static_cast<int32_t>(series));
  batch->add_market_days(DayNumber(day_));
  v1::DayStatus status = v1::DAY_STATUS_TRADED;
  if (plan_.closures) {
    const double chance = Uniform(Mix(draw, 2, 2));
    if (chance < kNotReportedShare) {
      status = v1::DAY_STATUS_NOT_REPORTED;
    } else if (chance - kNotReportedShare < glut_no_bid_[series]) {
      status = v1::DAY_STATUS_NO_BID;
    }
  }
  batch->add_day_statuses(status);
  if (status != v1::DAY_STATUS_TRADED) {
    batch->add_presences(0);
    batch->add_low_prices_e4(0);
    batch->add_modal_prices_e4(0);
    batch->add_high_prices_e4(0);
    batch->add_arrivals_e4(0);
    return true;
  }
  const double random = Exp(
      product.noise * (kMarketNoise * series_state_[series] + kDayNoise * Normal(Mix(draw, 3, 3))));
  AddTraded(series, draw,
            product.base_e4 * model.level * product_factor_[static_cast<size_t>(model.product)] *
                random * glut_price_[series],
            batch);
  return true;
}

bool Simulator::AddClosureRow(size_t market, v1::ObservationBatch* batch) {
  if (market_status_[market] == v1::DAY_STATUS_TRADED) return false;
  batch->add_series_indexes(static_cast<int32_t>(plan_.series.size() + market));
  batch->add_market_days(DayNumber(day_));
  batch->add_day_statuses(market_status_[market]);
  batch->add_presences(0);
  batch->add_low_prices_e4(0);
  batch->add_modal_prices_e4(0);
  batch->add_high_prices_e4(0);
  batch->add_arrivals_e4(0);
  return true;
}

int64_t Simulator::Fill(int64_t max_rows, v1::ObservationBatch* batch) {
  int64_t added = 0;
  const size_t series_count = plan_.series.size();
  const size_t steps = series_count + market_status_.size();
  while (added < max_rows && day_ <= plan_.last) {
    if (!started_) StartDay();
    for (; cursor_ < steps && added < max_rows; ++cursor_) {
      const bool row = cursor_ < series_count ? AddSeriesRow(cursor_, batch)
                                              : AddClosureRow(cursor_ - series_count, batch);
      if (row) ++added;
    }
    if (cursor_ < steps) break;
    cursor_ = 0;
    started_ = false;
    day_ = day_ + 1;
  }
  return added;
}

}  // namespace glutwatch::ingest::simulation
