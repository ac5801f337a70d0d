#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "glutwatch/v1/observe.pb.h"
#include "ingest/checkpoint.h"
#include "ingest/feed.h"
#include "ingest/lots.h"
#include "ingest/name_book.h"
#include "ingest/quarantine.h"

namespace glutwatch::ingest {

// The markets and series of one push stream, by the indexes that its rows use.
//
// A series has an index for each way in which a feed writes it. Entries are only ever added. Not
// thread-safe.
class StreamDictionary {
 public:
  explicit StreamDictionary(NameBook names = {}) : names_(std::move(names)) {}

  // The index of the row's series; adds it and its market if they are new.
  int32_t IndexOf(const FeedRow& row);
  // The first index that leads to the same series, which it is by the book of names. `index` is
  // one that IndexOf returned, and AddSeries was never called.
  int32_t SeriesOf(int32_t index) const { return leads_to_[static_cast<size_t>(index)]; }
  // For a sender that makes its own specs.
  void AddMarket(v1::MarketSpec spec) { markets_.push_back(std::move(spec)); }
  void AddSeries(v1::SeriesSpec spec) { series_.push_back(std::move(spec)); }

  // Puts what was added since the last call into `request`.
  void TakeNew(v1::PushObservationsRequest* request);

  const std::vector<v1::MarketSpec>& markets() const { return markets_; }
  const std::vector<v1::SeriesSpec>& series() const { return series_; }

 private:
  using SeriesKey = std::tuple<int32_t, std::string, std::string, std::string, std::string,
                               std::string>;  // market, product, grade, currency, unit, arrivals

  const NameBook names_;
  std::vector<v1::MarketSpec> markets_;
  std::vector<v1::SeriesSpec> series_;
  size_t markets_taken_ = 0;
  size_t series_taken_ = 0;
  absl::flat_hash_map<std::string, int32_t> market_indexes_;  // by market id
  absl::flat_hash_map<SeriesKey, int32_t> series_indexes_;
  absl::flat_hash_map<SeriesKey, int32_t> first_indexes_;  // by what the names lead to
  std::vector<int32_t> leads_to_;                          // by index: one of first_indexes_
};

// Where a row stands in its document.
struct RowPlace {
  int64_t line = 0;
  std::string sheet;
};

// Consecutive rows of a document: what is sent of them, and what became of the others.
struct PendingBatch {
  int64_t first_row = 0;                // as the adapter read them, from 1
  int64_t last_row = 0;                 // included
  v1::ObservationBatch columns;         // empty if nothing is to be sent; batch_id is not set yet
  std::vector<RowPlace> places;         // of the rows in `columns`; empty: line = first_row + i
  RowTally local;                       // rows read, and those that were settled without the server
  std::vector<QuarantinedRow> refused;  // by the adapter; without the document's name
};

// A row as text, for the quarantine: the fields joined with '|'.
std::string DescribeRow(const StreamDictionary& dictionary, const v1::ObservationBatch& columns,
                        int row);

// Cuts a document's rows into batches. One per document; not thread-safe.
//
// Every batch but the last covers exactly `batch_rows` rows as read, so that a second reading of
// the same document gives the same batches.
class BatchBuilder final : public RowSink {
 public:
  // A non-OK status stops the reading.
  using BatchFn = std::function<absl::Status(PendingBatch)>;
  using NoteFn = std::function<void(std::string)>;

  // `dictionary` outlives the builder.
  BatchBuilder(StreamDictionary* dictionary, int64_t batch_rows, BatchFn on_batch, NoteFn on_note);

  absl::Status Accept(FeedRow row) override;
  absl::Status Refuse(RefusedRow row) override;
  void Note(std::string note) override { on_note_(std::move(note)); }
  // Hands over the last, shorter batch. Call once, after the reading.
  absl::Status Flush();

  int64_t rows_read() const { return rows_read_; }

 private:
  absl::Status Count();

  StreamDictionary* dictionary_;
  int64_t batch_rows_;
  BatchFn on_batch_;
  NoteFn on_note_;
  LotTracker lots_;
  PendingBatch pending_;
  int64_t rows_read_ = 0;
};

}  // namespace glutwatch::ingest
