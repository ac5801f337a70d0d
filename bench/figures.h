#pragma once
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace glutwatch::bench {

// The value below which `share` (0..1) of `values` lie: element floor((n - 1) * share) of the
// sorted ones, the rule by which the peers' clients count, too. `values` is not empty.
double Percentile(std::vector<double> values, double share);

// One measured quantity, once per run.
struct Figure {
  std::string work;    // "daily", "backfill_by_day": what was done
  std::string metric;  // "rows_per_s", "p50_ms"; the unit is in the name
  std::vector<double> runs;

  double median() const { return Percentile(runs, 0.5); }
  double least() const { return Percentile(runs, 0.0); }
  double most() const { return Percentile(runs, 1.0); }
};

// What was measured, in the order in which it was first added. Not thread-safe.
class Figures {
 public:
  // Adds one run's value.
  void Add(absl::string_view work, absl::string_view metric, double value);
  // nullptr if it was not measured.
  const Figure* Find(absl::string_view work, absl::string_view metric) const;
  const std::vector<Figure>& all() const { return figures_; }

  // One line per figure: work, metric, median [least..most], runs.
  std::string Table() const;
  // One line of JSON per figure:
  // {"work":"daily","metric":"rows_per_s","median":1,"least":1,"most":1,"runs":[1]}
  std::string JsonLines() const;

 private:
  std::vector<Figure> figures_;
};

// Writes `text` to `path`. UNAVAILABLE names the file.
absl::Status WriteFile(const std::string& path, absl::string_view text);

}  // namespace glutwatch::bench
