#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ingest/feed.h"
#include "ingest/name_book.h"
#include "ingest/worker_pipeline.h"

namespace glutwatch::ingest::testing {

// A server in memory that keeps the promises of PushObservations: a batch applies once, a resend
// gets the same answer, the same id with other content (lots apart) is refused.
class MemoryServer {
 public:
  using Key = std::tuple<std::string, int32_t, int32_t>;  // product, day, lot

  // From now on `alias` leads to `product`.
  void AddAlias(const std::string& product, const std::string& alias) { ids_[alias] = product; }
  // The catalog as a worker reads it.
  NameBook names() const {
    NameBook names;
    for (const auto& [alias, id] : ids_) {
      v1::Product product;
      product.set_name("products/" + id);
      product.set_display_name(id);
      product.add_aliases(alias);
      names.Add(product);
    }
    return names;
  }

  // Applies the batch; `series` are the products by the stream's indexes.
  v1::PushObservationsResponse Apply(const v1::ObservationBatch& batch,
                                     const std::vector<v1::SeriesSpec>& series) {
    const std::string content = Content(batch, series);
    const auto receipt = receipts_.find(batch.batch_id());
    if (receipt != receipts_.end()) {
      v1::PushObservationsResponse answer = receipt->second.second;
      if (receipt->second.first != content) answer.mutable_status()->set_code(6);
      answer.set_replayed(true);
      return answer;
    }
    v1::PushObservationsResponse answer;
    answer.set_batch_id(batch.batch_id());
    for (int i = 0; i < batch.series_indexes_size(); ++i) ApplyRow(batch, series, i, &answer);
    receipts_[batch.batch_id()] = {content, answer};
    return answer;
  }

  const std::map<Key, int64_t>& rows() const { return rows_; }
  size_t batches() const { return receipts_.size(); }

 private:
  static std::string Content(const v1::ObservationBatch& batch,
                             const std::vector<v1::SeriesSpec>& series) {
    v1::ObservationBatch plain = batch;
    plain.clear_series_indexes();
    plain.clear_lots();
    std::string content = plain.SerializeAsString();
    for (const int32_t index : batch.series_indexes()) {
      absl::StrAppend(&content, series.at(static_cast<size_t>(index)).product(), ";");
    }
    return content;
  }

  void ApplyRow(const v1::ObservationBatch& batch, const std::vector<v1::SeriesSpec>& series, int i,
                v1::PushObservationsResponse* answer) {
    const int64_t modal = batch.modal_prices_e4(i);
    if (modal < 0) {
      answer->set_refused_count(answer->refused_count() + 1);
      AddVerdict(i, v1::ROW_VERDICT_REFUSED, "PRICE_NOT_POSITIVE", answer);
      return;
    }
    const int32_t lot = batch.lots_size() == 0 ? 0 : batch.lots(i);
    const std::string& name = series.at(static_cast<size_t>(batch.series_indexes(i))).product();
    const auto id = ids_.find(name);
    const Key key(id == ids_.end() ? name : id->second, batch.market_days(i), lot);
    const auto [row, fresh] = rows_.try_emplace(key, modal);
    if (!fresh && row->second == modal) {
      answer->set_duplicate_count(answer->duplicate_count() + 1);
      AddVerdict(i, v1::ROW_VERDICT_DUPLICATE, "", answer);
      return;
    }
    if (!fresh) answer->set_corrected_count(answer->corrected_count() + 1);
    row->second = modal;
    if (modal >= 1'000'000) {
      answer->set_suspicious_count(answer->suspicious_count() + 1);
      AddVerdict(i, v1::ROW_VERDICT_SUSPICIOUS, "PRICE_JUMP", answer);
      return;
    }
    answer->set_accepted_count(answer->accepted_count() + 1);
  }

  static void AddVerdict(int row, v1::RowVerdict verdict, const std::string& reason,
                         v1::PushObservationsResponse* answer) {
    v1::RowResult* result = answer->add_rows();
    result->set_row(row);
    result->set_verdict(verdict);
    result->set_reason(reason);
    result->set_message(absl::StrCat("row ", row));
  }

  std::map<std::string, std::string> ids_;  // by alias
  std::map<Key, int64_t> rows_;
  std::map<std::string, std::pair<std::string, v1::PushObservationsResponse>> receipts_;
};

// A stream to a MemoryServer. It can die after a number of calls, with the batches in flight
// applied and their answers lost, as when the worker is killed.
class MemoryLink final : public BatchLink {
 public:
  explicit MemoryLink(MemoryServer* server, int calls_to_live = -1)
      : server_(server), calls_to_live_(calls_to_live) {}

  absl::Status Send(v1::PushObservationsRequest request) override {
    if (Dead()) return absl::UnavailableError("killed");
    series_.insert(series_.end(), request.new_series().begin(), request.new_series().end());
    answers_.push_back(server_->Apply(request.batch(), series_));
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<v1::PushObservationsResponse>> Take(bool wait) override {
    if (!wait) return std::nullopt;
    if (Dead()) return absl::UnavailableError("killed");
    if (answers_.empty()) return absl::InternalError("nothing is in flight");
    v1::PushObservationsResponse answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  int max_in_flight() const override { return 3; }
  size_t unread_answers() const { return answers_.size(); }

 private:
  bool Dead() { return calls_to_live_ >= 0 && calls_to_live_-- == 0; }

  MemoryServer* server_;
  int calls_to_live_;
  std::vector<v1::SeriesSpec> series_;
  std::deque<v1::PushObservationsResponse> answers_;
};

// Reads lines "product,day,price in 1/10,000"; a line "bad" is refused; "broken" is the end.
class LineFeed final : public Feed {
 public:
  absl::string_view name() const override { return "lines"; }
  absl::Status Read(const FeedDocument& document, RowSink* sink) const override {
    auto market = std::make_shared<FeedMarket>();
    market->id = "test";
    market->name = "Test";
    market->kind = "wholesale";
    market->time_zone = "UTC";
    market->regions = {{"XX", "Testland", "", "glutwatch"}};
    int64_t number = 0;
    for (const absl::string_view line : absl::StrSplit(document.content, '\n', absl::SkipEmpty())) {
      ++number;
      if (line == "broken") return absl::InvalidArgumentError("line is \"broken\"");
      if (line == "bad") {
        const absl::Status refused = sink->Refuse({number, "", "line is \"bad\"", "bad"});
        if (!refused.ok()) return refused;
        continue;
      }
      const std::vector<std::string> parts = absl::StrSplit(line, ',');
      FeedRow row;
      row.line = number;
      row.market = market;
      row.product = parts.at(0);
      row.currency = "CNY";
      row.unit = "kg";
      row.day = Day{std::stoi(parts.at(1))};
      row.modal_e4 = std::stoll(parts.at(2));
      const absl::Status accepted = sink->Accept(std::move(row));
      if (!accepted.ok()) return accepted;
    }
    return absl::OkStatus();
  }
};

}  // namespace glutwatch::ingest::testing
