#pragma once
#include <cstdint>
#include <vector>

#include "base/day.h"
#include "glutwatch/v1/observe.pb.h"
#include "ingest/simulation/plan.h"

namespace glutwatch::ingest::simulation {

// Plays a plan day by day: all series of a day, then the next day, as history builds up.
//
// Deterministic bit for bit: equal plans give equal rows on every machine, however the rows are
// cut into batches. Not thread-safe. A row costs about 50 ns.
class Simulator {
 public:
  explicit Simulator(SimulationPlan plan);

  // Appends up to `max_rows` rows to the columns of `batch` (series_indexes, market_days,
  // day_statuses, presences, prices, arrivals; no lots) and returns how many; 0 after the last.
  int64_t Fill(int64_t max_rows, v1::ObservationBatch* batch);

  const SimulationPlan& plan() const { return plan_; }
  // The day of the next row.
  Day day() const { return day_; }

 private:
  // The random walks up to the first day; left out of national plans, whose rows are many.
  void WarmUp();
  void StepProduct(size_t product, Day day);
  // Returns the hash of the series and day.
  uint64_t StepSeries(size_t series, Day day);
  void StartDay();
  void SetProductFactors(int day_of_week, int festival_days);
  void SetClosures(int festival_days);
  void ApplyGluts();
  // Steps the series' random part and appends its row, unless its market is closed.
  bool AddSeriesRow(size_t series, v1::ObservationBatch* batch);
  void AddTraded(size_t series, uint64_t draw, double price_e4, v1::ObservationBatch* batch);
  bool AddClosureRow(size_t market, v1::ObservationBatch* batch);

  SimulationPlan plan_;
  Day day_;
  bool started_ = false;               // day_'s factors are set
  size_t cursor_ = 0;                  // next series of the day, then markets
  std::vector<double> product_state_;  // random part of log price
  std::vector<double> series_state_;
  std::vector<double> product_factor_;  // price of the day relative to base
  std::vector<double> season_;          // of that, the season's part
  std::vector<v1::DayStatus> market_status_;
  // What the day's gluts do to each series; usual values where there is none.
  std::vector<double> glut_price_;
  std::vector<double> glut_arrivals_;
  std::vector<double> glut_no_bid_;
  std::vector<int32_t> glutted_;  // series whose entries above are not the usual ones
};

}  // namespace glutwatch::ingest::simulation
