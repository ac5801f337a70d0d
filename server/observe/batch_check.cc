#include "server/observe/batch_check.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "server/observe/batch_digest.h"
#include "server/observe/quote_runs.h"

namespace glutwatch::observe {
namespace {

using storage::DayStatus;
using storage::Observation;

constexpr uint8_t kPrices = storage::kHasLow | storage::kHasModal | storage::kHasHigh;
constexpr uint8_t kAllNumbers = kPrices | storage::kHasArrivals;

// "About" ten times or a hundred times: within this share.
constexpr double kSlipTolerance = 0.05;
// 斤 for 公斤 is exactly twice, which prices do by themselves now and then (120 of 176,148 moves at
// Xinfadi). So only the exact double counts, and only against a price of these many days ago: a
// price that stays there is believed on the third day.
constexpr int kDoubleMemoryDays = 2;

template <typename T>
T At(absl::Span<const T> column, size_t row, T if_absent) {
  return column.empty() ? if_absent : column[row];
}

std::string PricesText(const Observation& o) {
  return absl::StrCat("low ", FormatE4(o.low_e4), ", modal ", FormatE4(o.modal_e4), ", high ",
                      FormatE4(o.high_e4));
}

// Equal for equal (series, day, lot), and ascending in that order: 32, 17 and 15 bits.
uint64_t KeyOf(const storage::BatchRow& row) {
  static_assert(kMaxLot < (1 << 15));
  const auto day = static_cast<uint64_t>(row.observation.day - kMinDay);
  return (uint64_t{static_cast<uint32_t>(row.series)} << 32) | (day << 15) | row.observation.lot;
}

// Adds what was sent to the digest, but the series: nothing that the clock or the store could
// change. Lots are left out: a sender counts them by what the catalog makes of its names, which may
// have changed when it sends the batch again.
void AddSent(const BatchColumns& columns, BatchDigest* digest) {
  const size_t rows = columns.series_indexes.size();
  digest->AddColumn(rows, [&](size_t i) { return static_cast<uint32_t>(columns.market_days[i]); });
  digest->AddColumn(rows, [&](size_t i) {
    return static_cast<uint32_t>(At<int>(columns.day_statuses, i, 1)) |
           static_cast<uint64_t>(At<int32_t>(columns.presences, i, kPrices)) << 32;
  });
  for (const auto& column :
       {columns.low_e4, columns.modal_e4, columns.high_e4, columns.arrivals_e4}) {
    digest->AddColumn(rows,
                      [&](size_t i) { return static_cast<uint64_t>(At<int64_t>(column, i, 0)); });
  }
}

Problem CheckNumbers(const Observation& o) {
  const bool priced = (o.presence & kPrices) != 0;
  if (o.status != DayStatus::kTraded && priced) {
    return {"PRICE_WITHOUT_TRADE",
            absl::StrCat("day status is ", static_cast<int>(o.status), " with ", PricesText(o),
                         ", expected no price unless the day was traded")};
  }
  if (o.status == DayStatus::kTraded && o.presence == 0) {
    return {"NOTHING_REPORTED", "traded, but no price and no arrivals; send the day's status"};
  }
  const auto bad_price = [&](uint8_t bit, int64_t value) {
    return (o.presence & bit) != 0 && (value <= 0 || value > kMaxE4);
  };
  if (bad_price(storage::kHasLow, o.low_e4) || bad_price(storage::kHasModal, o.modal_e4) ||
      bad_price(storage::kHasHigh, o.high_e4)) {
    return {"PRICE_NOT_POSITIVE",
            absl::StrCat(PricesText(o), ", expected prices above 0 and at most 10^12")};
  }
  constexpr uint8_t kBoth = storage::kHasLow | storage::kHasHigh;
  if ((o.presence & kBoth) == kBoth && o.low_e4 > o.high_e4) {
    return {"LOW_ABOVE_HIGH", absl::StrCat("low is ", FormatE4(o.low_e4), ", high is ",
                                           FormatE4(o.high_e4), ", expected low <= high")};
  }
  if (o.arrivals_e4 < 0 || o.arrivals_e4 > kMaxE4) {
    return {"BAD_ARRIVALS",
            absl::StrCat("arrivals are ", FormatE4(o.arrivals_e4), ", expected 0 to 10^12")};
  }
  return {};
}

// One batch on its way through the checks.
class Checker {
 public:
  Checker(const BatchColumns& columns, const storage::PriceStore& store,
          const IntakeOptions& options, Dictionary* dictionary)
      : columns_(columns), store_(store), options_(options), dictionary_(dictionary) {}

  CheckedBatch Run() {
    const size_t count = columns_.series_indexes.size();
    BatchDigest digest(count);
    AddSent(columns_, &digest);
    checked_.rows.reserve(count);
    row_numbers_.reserve(count);
    for (size_t i = 0; i < count; ++i) CheckRow(i);
    digest.AddColumn(identities_);
    checked_.digest = digest.digest();
    return std::move(checked_);
  }

 private:
  void CheckRow(size_t row) {
    const auto index = static_cast<size_t>(columns_.series_indexes[row]);
    std::vector<SessionSeries>& all = dictionary_->series();
    if (index >= all.size()) {
      identities_.Add(row, index);
      return Refuse(
          row, {"UNKNOWN_SERIES", absl::StrCat("series index is ", columns_.series_indexes[row],
                                               ", the stream has named ", all.size(), " series")});
    }
    SessionSeries& series = all[index];
    identities_.Add(row, series.identity);
    if (series.problem != 0) return Refuse(row, dictionary_->problem(series.problem));
    storage::BatchRow kept{series.id, {}};
    Observation& o = kept.observation;
    const bool usual = ReadUsual(row, series, &o);
    if (!usual) {
      if (Problem problem = Read(row, series, &o); problem.reason != nullptr) {
        return Refuse(row, std::move(problem));
      }
    }
    if (IsSecond(row, kept)) return;
    if (o.lot > 0) o.flags |= storage::kSecondLot;
    if (!usual || !IsPlausible(&series, o)) {
      if (Problem doubt = Doubt(&series, &o); doubt.reason != nullptr) {
        Add(row, Verdict::kSuspicious, std::move(doubt));
      }
    }
    o.flags |= JudgeQuoteRun(series.id, o, store_, options_.quote_runs, &series.run);
    MoveReference(o, &series);
    checked_.rows.push_back(kept);
    row_numbers_.push_back(static_cast<int32_t>(row));
  }

  void Add(size_t row, Verdict verdict, Problem problem) {
    checked_.results.push_back({static_cast<int32_t>(row), verdict,
                                problem.reason == nullptr ? "" : problem.reason,
                                std::move(problem.message)});
  }
  void Refuse(size_t row, Problem problem) { Add(row, Verdict::kRefused, std::move(problem)); }

  bool ReadUsual(size_t row, const SessionSeries& series, Observation* o) const;
  bool IsPlausible(SessionSeries* series, const Observation& o) const;
  Problem Read(size_t row, const SessionSeries& series, Observation* o) const;
  bool IsSecond(size_t row, const storage::BatchRow& kept);
  Problem Doubt(SessionSeries* series, Observation* observation) const;
  Problem DoubtPrice(const Observation& o, const SessionSeries& series, uint16_t* flags) const;
  void FindReference(Day day, SessionSeries* series) const;
  void MoveReference(const Observation& o, SessionSeries* series) const;

  const BatchColumns& columns_;
  const storage::PriceStore& store_;
  const IntakeOptions& options_;
  Dictionary* const dictionary_;
  CheckedBatch checked_;
  BatchDigest::Column identities_;
  std::vector<int32_t> row_numbers_;  // of checked_.rows in the batch
  uint64_t newest_key_ = 0;
  bool ascending_ = true;
  absl::flat_hash_map<uint64_t, uint32_t> seen_;  // key -> index in checked_.rows
};

// Reads a row as nearly all are: traded, not in the future, with all three prices in order. False
// if it is any other: then Read says what it is.
bool Checker::ReadUsual(size_t row, const SessionSeries& series, Observation* o) const {
  const Day day{columns_.market_days[row]};
  const int lot = At<int32_t>(columns_.lots, row, 0);
  const int presence = At<int32_t>(columns_.presences, row, kPrices);
  if (day < kMinDay || day > dictionary_->today(series.zone) ||
      At<int>(columns_.day_statuses, row, 1) != 1 || lot < 0 || lot > kMaxLot ||
      (presence != kPrices && presence != kAllNumbers)) {
    return false;
  }
  const int64_t low = At<int64_t>(columns_.low_e4, row, 0);
  const int64_t modal = At<int64_t>(columns_.modal_e4, row, 0);
  const int64_t high = At<int64_t>(columns_.high_e4, row, 0);
  if (low <= 0 || low > modal || modal > high || high > kMaxE4) return false;
  if (presence == kAllNumbers) {
    if (series.arrivals_problem != 0 || columns_.arrivals_e4.empty()) return false;
    o->arrivals_e4 = columns_.arrivals_e4[row];
    if (o->arrivals_e4 < 0 || o->arrivals_e4 > kMaxE4) return false;
  }
  o->day = day;
  o->lot = static_cast<uint16_t>(lot);
  o->status = DayStatus::kTraded;
  o->presence = static_cast<uint8_t>(presence);
  o->low_e4 = low;
  o->modal_e4 = modal;
  o->high_e4 = high;
  return true;
}

// Whether nothing can be doubted of a usual row: within a factor of two of what it is compared
// with, exclusive, there is neither a jump nor a slip. Otherwise Doubt looks closer.
bool Checker::IsPlausible(SessionSeries* series, const Observation& o) const {
  if (!series->reference_known) FindReference(o.day, series);
  if (!series->has_reference) return true;
  return options_.jump_factor >= 2 && o.modal_e4 / 2 < series->reference_modal_e4 &&
         series->reference_modal_e4 / 2 < o.modal_e4;
}

// The row's numbers, or what is wrong with them.
Problem Checker::Read(size_t row, const SessionSeries& series, Observation* o) const {
  o->day = Day{columns_.market_days[row]};
  if (o->day < kMinDay || o->day > kMaxDay) {
    return {"DAY_OUT_OF_RANGE", absl::StrCat("market day is ", DayNumber(o->day), ", expected ",
                                             FormatDay(kMinDay), " to ", FormatDay(kMaxDay))};
  }
  const Day today = dictionary_->today(series.zone);
  if (o->day - today > options_.future_days) {
    return {"FUTURE_DAY", absl::StrCat("market day is ", FormatDay(o->day),
                                       ", the market's today is ", FormatDay(today))};
  }
  const int status = At<int>(columns_.day_statuses, row, 1);
  if (status < 1 || status > 5) {
    return {"UNKNOWN_STATUS", absl::StrCat("day status is ", status, ", expected 1 to 5")};
  }
  const int lot = At<int32_t>(columns_.lots, row, 0);
  if (lot < 0 || lot > kMaxLot) {
    return {"BAD_LOT", absl::StrCat("lot is ", lot, ", expected 0 to ", kMaxLot)};
  }
  const int presence = At<int32_t>(columns_.presences, row, kPrices);
  if (presence < 0 || presence > kAllNumbers) {
    return {"BAD_PRESENCE", absl::StrCat("presence is ", presence, ", expected 0 to 15")};
  }
  o->status = static_cast<DayStatus>(status);
  o->lot = static_cast<uint16_t>(lot);
  o->presence = static_cast<uint8_t>(presence);
  if ((presence & storage::kHasLow) != 0) o->low_e4 = At<int64_t>(columns_.low_e4, row, 0);
  if ((presence & storage::kHasModal) != 0) o->modal_e4 = At<int64_t>(columns_.modal_e4, row, 0);
  if ((presence & storage::kHasHigh) != 0) o->high_e4 = At<int64_t>(columns_.high_e4, row, 0);
  if ((presence & storage::kHasArrivals) != 0) {
    if (series.arrivals_problem != 0) return dictionary_->problem(series.arrivals_problem);
    if (columns_.arrivals_e4.empty()) {
      return {"BAD_PRESENCE", "presence says that there are arrivals, but the column is empty"};
    }
    o->arrivals_e4 = At<int64_t>(columns_.arrivals_e4, row, 0);
  }
  return CheckNumbers(*o);
}

// Whether the batch had the row's series, day and lot before; then the row has its verdict.
bool Checker::IsSecond(size_t row, const storage::BatchRow& kept) {
  const uint64_t key = KeyOf(kept);
  // A feed sends its rows in order as a rule; while it does, nothing can be there twice.
  if (ascending_ && (checked_.rows.empty() || key > newest_key_)) {
    newest_key_ = key;
    return false;
  }
  if (ascending_) {
    ascending_ = false;
    seen_.reserve(columns_.series_indexes.size());
    for (size_t i = 0; i < checked_.rows.size(); ++i) {
      seen_.emplace(KeyOf(checked_.rows[i]), static_cast<uint32_t>(i));
    }
  }
  const auto [found, added] = seen_.emplace(key, static_cast<uint32_t>(checked_.rows.size()));
  if (added) return false;
  const Observation& first = checked_.rows[found->second].observation;
  if (first.SameQuoteAs(kept.observation)) {
    Add(row, Verdict::kDuplicate, {});
  } else {
    Refuse(row, {"SAME_KEY_TWICE",
                 absl::StrCat(FormatDay(first.day), " lot ", first.lot, " of this series is row ",
                              row_numbers_[found->second], " already, with other values (",
                              PricesText(first), "), expected another lot")});
  }
  return true;
}

// Implausible, not impossible: sets flags and gives the first reason.
Problem Checker::Doubt(SessionSeries* series, Observation* observation) const {
  const Observation& o = *observation;
  uint16_t& flags = observation->flags;
  Problem doubt;
  const Day today = dictionary_->today(series->zone);
  if (o.day > today) {
    flags |= storage::kFutureDay;
    doubt = {"FUTURE_DAY",
             absl::StrCat("market day ", FormatDay(o.day), " is after today, ", FormatDay(today))};
  }
  if ((o.presence & storage::kHasModal) == 0) return doubt;
  if (((o.presence & storage::kHasLow) != 0 && o.modal_e4 < o.low_e4) ||
      ((o.presence & storage::kHasHigh) != 0 && o.modal_e4 > o.high_e4)) {
    flags |= storage::kModalOutside;
    if (doubt.reason == nullptr) {
      doubt = {"MODAL_OUTSIDE", PricesText(o) + ", expected low <= modal <= high"};
    }
  }
  if (!series->reference_known) FindReference(o.day, series);
  if (!series->has_reference) return doubt;
  Problem price = DoubtPrice(o, *series, &flags);
  return doubt.reason != nullptr ? std::move(doubt) : std::move(price);
}

Problem Checker::DoubtPrice(const Observation& o, const SessionSeries& series,
                            uint16_t* flags) const {
  const int gap = std::abs(o.day - series.reference_day);
  if (gap > options_.jump_memory_days) return {};
  const int64_t before_e4 = series.reference_modal_e4;
  const double factor = static_cast<double>(o.modal_e4) / static_cast<double>(before_e4);
  const double magnitude = factor < 1 ? 1 / factor : factor;
  const auto about = [&](double of) { return std::abs(magnitude / of - 1) <= kSlipTolerance; };
  const bool doubled =
      gap <= kDoubleMemoryDays && (o.modal_e4 == 2 * before_e4 || before_e4 == 2 * o.modal_e4);
  const bool slip = doubled || about(10) || about(100);
  const bool jump = magnitude > options_.jump_factor;
  if (!slip && !jump) return {};
  *flags |=
      static_cast<uint16_t>((slip ? storage::kUnitSlip : 0) | (jump ? storage::kPriceJump : 0));
  return {slip ? "UNIT_SLIP" : "PRICE_JUMP",
          absl::StrCat("modal is ", FormatE4(o.modal_e4), ", was ", FormatE4(before_e4), " on ",
                       FormatDay(series.reference_day), slip ? ": another unit?" : "")};
}

// What a row of `day` is compared with: the newest plausible price before it. So a file that is
// sent again is judged as it was the first time.
void Checker::FindReference(Day day, SessionSeries* series) const {
  series->reference_known = true;
  const std::optional<storage::SeriesTip> tip = store_.Tip(series->id);
  if (!tip.has_value() || !tip->newest_price_day.has_value()) return;
  if (*tip->newest_price_day < day) {
    series->has_reference = true;
    series->reference_day = *tip->newest_price_day;
    series->reference_modal_e4 = tip->modal_e4;
    return;
  }
  const auto before = store_.Read(series->id, day - options_.jump_memory_days, day - 1);
  if (!before.ok()) return;  // a plausibility check is not worth refusing a row for
  for (const storage::Version& version : *before) {
    const Observation& o = version.observation;
    if (o.status != DayStatus::kTraded || (o.presence & storage::kHasModal) == 0 ||
        (o.flags & storage::kLeftOut) != 0 ||
        (series->has_reference && o.day == series->reference_day)) {  // a later lot
      continue;
    }
    series->has_reference = true;
    series->reference_day = o.day;
    series->reference_modal_e4 = o.modal_e4;
  }
}

void Checker::MoveReference(const Observation& o, SessionSeries* series) const {
  if ((o.presence & storage::kHasModal) == 0 || (o.flags & storage::kSuspicious) != 0) return;
  if (series->has_reference && o.day <= series->reference_day &&
      series->reference_day - o.day <= options_.jump_memory_days) {
    return;
  }
  series->reference_known = series->has_reference = true;
  series->reference_day = o.day;
  series->reference_modal_e4 = o.modal_e4;
}

}  // namespace

absl::Status CheckShape(const BatchColumns& columns) {
  if (columns.batch_id.empty() || columns.batch_id.size() > storage::kMaxBatchIdBytes) {
    return absl::InvalidArgumentError(absl::StrCat("batch_id has ", columns.batch_id.size(),
                                                   " bytes, expected 1 to ",
                                                   storage::kMaxBatchIdBytes));
  }
  const size_t rows = columns.series_indexes.size();
  if (rows > storage::kMaxBatchRows) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch has ", rows, " rows, expected at most ", storage::kMaxBatchRows));
  }
  const auto check = [rows](absl::string_view column, size_t size, bool optional) {
    if (size == rows || (optional && size == 0)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "column ", column, " has ", size, " values, expected ", rows, " as series_indexes"));
  };
  GLUTWATCH_RETURN_IF_ERROR(check("market_days", columns.market_days.size(), false));
  GLUTWATCH_RETURN_IF_ERROR(check("day_statuses", columns.day_statuses.size(), true));
  GLUTWATCH_RETURN_IF_ERROR(check("presences", columns.presences.size(), true));
  GLUTWATCH_RETURN_IF_ERROR(check("low_prices_e4", columns.low_e4.size(), true));
  GLUTWATCH_RETURN_IF_ERROR(check("modal_prices_e4", columns.modal_e4.size(), true));
  GLUTWATCH_RETURN_IF_ERROR(check("high_prices_e4", columns.high_e4.size(), true));
  GLUTWATCH_RETURN_IF_ERROR(check("arrivals_e4", columns.arrivals_e4.size(), true));
  GLUTWATCH_RETURN_IF_ERROR(check("lots", columns.lots.size(), true));
  if (columns.presences.empty() && !columns.arrivals_e4.empty()) {
    return absl::InvalidArgumentError(
        "column presences is empty, expected one value per row because there are arrivals");
  }
  return absl::OkStatus();
}

CheckedBatch Check(const BatchColumns& columns, const storage::PriceStore& store,
                   const IntakeOptions& options, Dictionary* dictionary) {
  return Checker(columns, store, options, dictionary).Run();
}

}  // namespace glutwatch::observe
