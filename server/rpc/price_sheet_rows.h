#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "server/catalog/catalog.h"
#include "server/observe/intake.h"
#include "sheet/feed_row.h"

namespace glutwatch::rpc {

// The rows of a table of prices as a session of the intake takes them. Not thread-safe.
class PriceSheetRows final : public sheet::RowSink {
 public:
  // `catalog` outlives the rows.
  explicit PriceSheetRows(const catalog::Catalog* catalog) : catalog_(catalog) {}

  absl::Status Accept(sheet::FeedRow row) override;
  absl::Status Refuse(sheet::RefusedRow row) override;
  void Note(std::string note) override { notes.push_back(std::move(note)); }

  // The id under which the market of a row is sent: of the mapping, or of the market that the
  // catalog knows by the name in the table.
  const std::string& market_id(int32_t row) const {
    return markets_[static_cast<size_t>(market_of_row_[static_cast<size_t>(row)])].market.id;
  }
  // Tells `session` the markets and series.
  void Introduce(observe::IntakeSession* session) const;

  // The rows of `numbers` in columns.
  struct Columns {
    std::string id;
    std::vector<int32_t> series, days, presences;
    std::vector<int> statuses;
    std::vector<int64_t> low, modal, high, arrivals;
    observe::BatchColumns view() const {
      return {id, series, days, statuses, presences, low, modal, high, arrivals, {}};
    }
  };
  Columns ToColumns(std::string id, absl::Span<const int32_t> numbers) const;

  std::vector<sheet::FeedRow> rows;
  std::vector<sheet::RefusedRow> refused;
  std::vector<std::string> notes;

 private:
  std::string MarketId(const sheet::FeedMarket& market);

  const catalog::Catalog* const catalog_;
  // Display name -> id; "" if several markets are called so. Filled at the first need.
  absl::flat_hash_map<std::string, std::string> by_name_;
  std::vector<observe::MarketSpec> markets_;
  absl::flat_hash_map<std::string, int> market_numbers_;
  std::vector<observe::GoodsSpec> goods_;  // of each series
  std::vector<observe::SeriesSpec> series_;
  absl::flat_hash_map<std::string, int32_t> series_numbers_;
  std::vector<int32_t> series_of_row_;
  std::vector<int> market_of_row_;
};

}  // namespace glutwatch::rpc
