#include "server/observe/batch_check.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/decimal.h"

namespace glutwatch::observe {
namespace {

using storage::DayStatus;
using storage::Observation;

constexpr int kMostLots = 1000;
constexpr uint8_t kPrices = storage::kHasLow | storage::kHasModal | storage::kHasHigh;
constexpr uint8_t kAllNumbers = kPrices | storage::kHasArrivals;

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  return hash * 0xff51afd7ed558ccdULL;
}

struct Problem {
  const char* reason = nullptr;  // nullptr: none
  std::string message;
};

Problem Refuse(const char* reason, std::string message) { return {reason, std::move(message)}; }

std::string PriceText(const Observation& o) {
  return absl::StrCat("low ", FormatE4(o.low_e4), ", modal ", FormatE4(o.modal_e4), ", high ",
                      FormatE4(o.high_e4));
}

// The numbers of a row that are set, or what is wrong with it.
class RowReader {
 public:
  explicit RowReader(const BatchColumns& columns) : columns_(columns) {}

  Problem Read(size_t row, const SessionSeries& series, int future_days, Observation* out) const {
    const Day day{columns_.market_days[row]};
    if (day < kMinDay || day > kMaxDay) {
      return Refuse("DAY_OUT_OF_RANGE", absl::StrCat("market day is ", DayNumber(day),
                                                     ", expected a day of 1900 to 2169"));
    }
    if (day - series.today > future_days) {
      return Refuse("FUTURE_DAY",
                    absl::StrCat("market day is ", FormatDay(day), ", the market's today is ",
                                 FormatDay(series.today)));
    }
    out->day = day;
    const int status = columns_.day_statuses.empty() ? 1 : columns_.day_statuses[row];
    if (status < 1 || status > 5) {
      return Refuse("UNKNOWN_STATUS", absl::StrCat("day status is ", status, ", expected 1..5"));
    }
    out->status = static_cast<DayStatus>(status);
    const int lot = columns_.lots.empty() ? 0 : columns_.lots[row];
    if (lot < 0 || lot >= kMostLots) {
      return Refuse("BAD_LOT", absl::StrCat("lot is ", lot, ", expected 0..", kMostLots - 1));
    }
    out->lot = static_cast<uint16_t>(lot);
    const int presence = columns_.presences.empty() ? kPrices : columns_.presences[row];
    if (presence < 0 || presence > kAllNumbers) {
      return Refuse("BAD_PRESENCE", absl::StrCat("presence is ", presence, ", expected 0..15"));
    }
    out->presence = static_cast<uint8_t>(presence);
    ReadNumbers(row, out);
    return CheckNumbers(*out);
  }

 private:
  void ReadNumbers(size_t row, Observation* out) const {
    const auto take = [&](uint8_t bit, absl::Span<const int64_t> column) {
      return (out->presence & bit) != 0 && !column.empty() ? column[row] : 0;
    };
    out->low_e4 = take(storage::kHasLow, columns_.low_e4);
    out->modal_e4 = take(storage::kHasModal, columns_.modal_e4);
    out->high_e4 = take(storage::kHasHigh, columns_.high_e4);
    out->arrivals_e4 = take(storage::kHasArrivals, columns_.arrivals_e4);
  }

  static Problem CheckNumbers(const Observation& o) {
    const bool priced = (o.presence & kPrices) != 0;
    if (o.status != DayStatus::kTraded && priced) {
      return Refuse("PRICE_WITHOUT_TRADE",
                    absl::StrCat("status ", static_cast<int>(o.status), " with ", PriceText(o),
                                 ", expected no price unless the day was traded"));
    }
    if (o.status == DayStatus::kTraded && o.presence == 0) {
      return Refuse("NOTHING_REPORTED",
                    "traded, but no price and no arrivals; send the day's status");
    }
    const auto bad_price = [&](uint8_t bit, int64_t value) {
      return (o.presence & bit) != 0 && (value <= 0 || value > kMaxE4);
    };
    if (bad_price(storage::kHasLow, o.low_e4) || bad_price(storage::kHasModal, o.modal_e4) ||
        bad_price(storage::kHasHigh, o.high_e4)) {
      return Refuse("PRICE_NOT_POSITIVE",
                    absl::StrCat(PriceText(o), ", expected prices above 0 and below 10^12"));
    }
    constexpr uint8_t kBoth = storage::kHasLow | storage::kHasHigh;
    if ((o.presence & kBoth) == kBoth && o.low_e4 > o.high_e4) {
      return Refuse("LOW_ABOVE_HIGH", absl::StrCat("low is ", FormatE4(o.low_e4), ", above high ",
                                                   FormatE4(o.high_e4)));
    }
    if (o.arrivals_e4 < 0 || o.arrivals_e4 > kMaxE4) {
      return Refuse("BAD_ARRIVALS",
                    absl::StrCat("arrivals are ", FormatE4(o.arrivals_e4), ", expected 0 or more"));
    }
    return {};
  }

  const BatchColumns& columns_;
};

// Implausible, not impossible: sets flags and says the first reason.
Problem Doubt(const Observation& o, const SessionSeries& series, const storage::PriceStore& store,
              const IntakeOptions& options, uint16_t* flags) {
  Problem doubt;
  const auto add = [&](uint16_t flag, const char* reason, std::string message) {
    *flags |= flag;
    if (doubt.reason == nullptr) doubt = {reason, std::move(message)};
  };
  if (o.day > series.today) {
    add(storage::kFutureDay, "FUTURE_DAY",
        absl::StrCat("market day ", FormatDay(o.day), " is after today, ",
                     FormatDay(series.today)));
  }
  if ((o.presence & storage::kHasModal) == 0) return doubt;
  if (((o.presence & storage::kHasLow) != 0 && o.modal_e4 < o.low_e4) ||
      ((o.presence & storage::kHasHigh) != 0 && o.modal_e4 > o.high_e4)) {
    add(storage::kModalOutside, "MODAL_OUTSIDE", PriceText(o) + ", expected low <= modal <= high");
  }
  const auto tip = store.Tip(series.id);
  if (!tip.has_value() || !tip->newest_price_day.has_value()) return doubt;
  if (std::abs(o.day - *tip->newest_price_day) > options.jump_memory_days) return doubt;
  const double factor = static_cast<double>(o.modal_e4) / static_cast<double>(tip->modal_e4);
  if (factor > options.jump_factor || factor < 1 / options.jump_factor) {
    add(storage::kPriceJump, "PRICE_JUMP",
        absl::StrCat("modal is ", FormatE4(o.modal_e4), ", ", factor, " times the ",
                     FormatE4(tip->modal_e4), " of ", FormatDay(*tip->newest_price_day)));
  }
  return doubt;
}

// Rows of this batch by (series, day, lot), to find the same key twice.
using Seen = absl::flat_hash_map<std::pair<uint64_t, uint16_t>, size_t>;

std::pair<uint64_t, uint16_t> KeyOf(const storage::BatchRow& row) {
  return {(uint64_t{static_cast<uint32_t>(row.series)} << 32) |
              static_cast<uint32_t>(DayNumber(row.observation.day)),
          row.observation.lot};
}

// Of the batch as it was sent: of nothing that the clock or the store could change.
uint64_t DigestOf(const BatchColumns& columns, const std::vector<SessionSeries>& series) {
  const size_t count = columns.series_indexes.size();
  uint64_t digest = Mix(0, count);
  const auto at = [](const auto& column, size_t i) {
    return column.empty() ? uint64_t{0} : static_cast<uint64_t>(column[i]);
  };
  for (size_t i = 0; i < count; ++i) {
    const auto index = static_cast<size_t>(columns.series_indexes[i]);
    digest = Mix(digest, index < series.size() ? series[index].identity : index);
    digest = Mix(digest, at(columns.market_days, i));
    digest = Mix(digest, at(columns.day_statuses, i));
    digest = Mix(digest, at(columns.presences, i));
    digest = Mix(digest, at(columns.low_e4, i));
    digest = Mix(digest, at(columns.modal_e4, i));
    digest = Mix(digest, at(columns.high_e4, i));
    digest = Mix(digest, at(columns.arrivals_e4, i));
    digest = Mix(digest, at(columns.lots, i));
  }
  return digest;
}

}  // namespace

absl::Status CheckShape(const BatchColumns& columns) {
  const auto bad = [](std::string what) { return absl::InvalidArgumentError(std::move(what)); };
  if (columns.batch_id.empty() || columns.batch_id.size() > storage::kMaxBatchIdBytes) {
    return bad(absl::StrCat("batch_id has ", columns.batch_id.size(), " bytes, expected 1..",
                            storage::kMaxBatchIdBytes));
  }
  const size_t rows = columns.series_indexes.size();
  if (rows > storage::kMaxBatchRows) {
    return bad(
        absl::StrCat("batch has ", rows, " rows, expected at most ", storage::kMaxBatchRows));
  }
  struct Length {
    const char* column;
    size_t size;
    bool optional;
  };
  for (const Length& length : {Length{"market_days", columns.market_days.size(), false},
                               Length{"day_statuses", columns.day_statuses.size(), true},
                               Length{"presences", columns.presences.size(), true},
                               Length{"low_prices_e4", columns.low_e4.size(), true},
                               Length{"modal_prices_e4", columns.modal_e4.size(), true},
                               Length{"high_prices_e4", columns.high_e4.size(), true},
                               Length{"arrivals_e4", columns.arrivals_e4.size(), true},
                               Length{"lots", columns.lots.size(), true}}) {
    if (length.size == rows || (length.optional && length.size == 0)) continue;
    return bad(absl::StrCat("column ", length.column, " has ", length.size, " values, expected ",
                            rows, " as series_indexes"));
  }
  return absl::OkStatus();
}

CheckedBatch Check(const BatchColumns& columns, const std::vector<SessionSeries>& series,
                   const storage::PriceStore& store, const IntakeOptions& options) {
  const size_t count = columns.series_indexes.size();
  CheckedBatch checked;
  checked.rows.reserve(count);
  checked.row_numbers.reserve(count);
  checked.digest = DigestOf(columns, series);
  Seen seen;
  seen.reserve(count);
  const RowReader reader(columns);
  for (size_t i = 0; i < count; ++i) {
    const int32_t index = columns.series_indexes[i];
    const auto number = static_cast<int32_t>(i);
    const auto refuse = [&](Problem problem) {
      checked.results.push_back(
          {number, Verdict::kRefused, problem.reason, std::move(problem.message)});
    };
    if (index < 0 || static_cast<size_t>(index) >= series.size()) {
      refuse(Refuse("UNKNOWN_SERIES", absl::StrCat("series index is ", index,
                                                   ", the stream has named ", series.size())));
      continue;
    }
    const SessionSeries& known = series[static_cast<size_t>(index)];
    storage::BatchRow row{known.id, {}};
    Problem problem = known.status.ok()
                          ? reader.Read(i, known, options.future_days, &row.observation)
                          : Refuse("BAD_SERIES", std::string(known.status.message()));
    if (problem.reason != nullptr) {
      refuse(std::move(problem));
      continue;
    }
    Observation& o = row.observation;
    if (o.lot > 0) o.flags |= storage::kSecondLot;
    Problem doubt = Doubt(o, known, store, options, &o.flags);
    const auto [it, added] = seen.try_emplace(KeyOf(row), checked.rows.size());
    if (!added) {
      if (checked.rows[it->second].observation.SameQuoteAs(o)) {
        checked.results.push_back({number, Verdict::kDuplicate, "", ""});
      } else {
        refuse(
            Refuse("SAME_KEY_TWICE",
                   absl::StrCat(FormatDay(o.day), " lot ", o.lot, " of this series is row ",
                                checked.row_numbers[it->second], " already, with other values")));
      }
      continue;
    }
    if (doubt.reason != nullptr) {
      checked.results.push_back(
          {number, Verdict::kSuspicious, doubt.reason, std::move(doubt.message)});
    }
    checked.rows.push_back(row);
    checked.row_numbers.push_back(number);
  }
  return checked;
}

std::string EncodeResults(const std::vector<RowResult>& results, size_t row_count) {
  ByteWriter out;
  out.Varint(row_count);
  out.Varint(results.size());
  for (const RowResult& result : results) {
    out.Varint(static_cast<uint32_t>(result.row));
    out.U8(static_cast<uint8_t>(result.verdict));
    out.String(result.reason);
    out.String(result.message);
  }
  // Which rows were kept is what the refused and the duplicate ones leave.
  return out.Take();
}

std::optional<NotedResults> DecodeResults(absl::string_view note) {
  ByteReader in(note);
  NotedResults noted;
  const uint64_t rows = in.Varint();
  const uint64_t results = in.Varint();
  if (rows > storage::kMaxBatchRows || results > rows) return std::nullopt;
  noted.row_count = static_cast<int64_t>(rows);
  std::vector<bool> kept(rows, true);
  for (uint64_t i = 0; i < results && in.ok(); ++i) {
    RowResult result;
    const uint64_t row = in.Varint();
    const uint8_t verdict = in.U8();
    if (row >= rows || verdict < 1 || verdict > 3) return std::nullopt;
    result.row = static_cast<int32_t>(row);
    result.verdict = static_cast<Verdict>(verdict);
    result.reason = in.String();
    result.message = in.String();
    if (result.verdict != Verdict::kSuspicious) kept[row] = false;
    noted.results.push_back(std::move(result));
  }
  if (!in.done()) return std::nullopt;
  for (uint64_t row = 0; row < rows; ++row) {
    if (kept[row]) noted.row_numbers.push_back(static_cast<int32_t>(row));
  }
  return noted;
}

}  // namespace glutwatch::observe
