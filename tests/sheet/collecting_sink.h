#pragma once
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/day.h"
#include "base/decimal.h"
#include "sheet/feed_row.h"

namespace glutwatch::sheet::testing {

// Keeps everything that a feed delivers.
class CollectingSink : public RowSink {
 public:
  absl::Status Accept(FeedRow row) override {
    rows.push_back(std::move(row));
    return absl::OkStatus();
  }
  absl::Status Refuse(RefusedRow row) override {
    refused.push_back(std::move(row));
    return absl::OkStatus();
  }
  void Note(std::string note) override { notes.push_back(std::move(note)); }

  // Each accepted row on one line, see Describe.
  std::vector<std::string> Lines() const;
  // Each refused row as "line: reason".
  std::vector<std::string> Reasons() const {
    std::vector<std::string> out;
    for (const RefusedRow& row : refused) out.push_back(absl::StrCat(row.line, ": ", row.reason));
    return out;
  }

  std::vector<FeedRow> rows;
  std::vector<RefusedRow> refused;
  std::vector<std::string> notes;
};

// "2 2013-06-10 market product [grade] low/modal/high CURRENCY per unit arrivals unit STATUS";
// what is absent is left out or "-".
inline std::string Describe(const FeedRow& row) {
  const auto number = [](const std::optional<int64_t>& value) {
    return value.has_value() ? FormatE4(*value) : std::string("-");
  };
  constexpr const char* kStatus[] = {"?", "", " CLOSED", " HOLIDAY", " NO_BID", " NOT_REPORTED"};
  return absl::StrCat(
      row.line, " ", FormatDay(row.day), " ", row.market->id, " ", row.product,
      row.grade.empty() ? "" : absl::StrCat(" [", row.grade, "]"), " ", number(row.low_e4), "/",
      number(row.modal_e4), "/", number(row.high_e4), " ", row.currency, " per ", row.unit,
      row.arrivals_e4.has_value() ? absl::StrCat(" ", FormatE4(*row.arrivals_e4), row.arrivals_unit)
                                  : "",
      kStatus[static_cast<size_t>(row.status)]);
}

inline std::vector<std::string> CollectingSink::Lines() const {
  std::vector<std::string> out;
  for (const FeedRow& row : rows) out.push_back(Describe(row));
  return out;
}

}  // namespace glutwatch::sheet::testing
