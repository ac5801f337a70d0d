#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/feed.h"
#include "bench/figures.h"

namespace glutwatch::bench {

// What the answers must add up to: a wrong answer has no latency.
class ExpectedAnswers {
 public:
  explicit ExpectedAnswers(const FeedShape& shape);

  struct Sum {
    int64_t rows = 0;
    int64_t average_fen = 0;  // of the rows' averages
  };
  Sum LastYear(uint32_t market, uint32_t product) const;
  Sum WholeProduct(uint32_t product) const;
  Sum NewestOfProduct(uint32_t product) const;
  const FeedShape& shape() const { return shape_; }

 private:
  const FeedShape shape_;
  std::vector<Sum> last_year_;  // by series
  std::vector<Sum> whole_;
  std::vector<Sum> newest_;
};

// The queries of one run, each `times` times after a warm-up, one client, one at a time, over
// random markets and products of the feed that the server at `address` holds:
//   query_a      the last year of one series, all columns
//   query_b_all  every day of a product in all markets, all columns
//   query_c      the newest price of a product in all markets
//   query_d      the daily average of a product over all markets
// Adds p50_ms and p99_ms. FAILED_PRECONDITION if an answer is not what was pushed.
absl::Status RunQueries(const std::string& address, const ExpectedAnswers& expected, int times,
                        Figures* figures);

}  // namespace glutwatch::bench
