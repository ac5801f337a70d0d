#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/day.h"

namespace glutwatch::sheet {

// What a row says about the market's day. Values equal glutwatch.v1.DayStatus.
enum class DayStatus : uint8_t {
  kTraded = 1,
  kClosed = 2,
  kHoliday = 3,
  kNoBid = 4,
  kNotReported = 5,
};

// A region as a feed knows it, so that an unknown one can be created.
struct FeedRegion {
  std::string code;         // "110106", "IN-KL-kannur"; the last part of regions/{code}
  std::string name;         // in the feed's own language
  std::string parent_code;  // "" for a country
  std::string code_system;  // "GB/T 2260", "ISO 3166", "glutwatch"
};

// A market as a feed knows it. Shared by all its rows.
struct FeedMarket {
  std::string id;         // the last part of markets/{id}: "xinfadi", "tw-109"
  std::string name;       // in the feed's own language
  std::string kind;       // "wholesale", "producing_area", "retail", "farm_gate"
  std::string time_zone;  // IANA
  // The market's region and its parents, country first. Never empty.
  std::vector<FeedRegion> regions;
  std::optional<double> latitude;   // degrees
  std::optional<double> longitude;  // degrees
};

// The product that stands for the market as a whole: its rows carry a day status, no prices.
inline constexpr char kAllProducts[] = "all";

// In which columns (from 1) an observation's parts stand; 0 if they are elsewhere. Filled by
// readers of people's tables, for messages about a part that only the server can judge.
struct PriceColumns {
  int32_t date = 0;
  int32_t market = 0;
  int32_t product = 0;
  int32_t grade = 0;
  int32_t unit = 0;
  int32_t low = 0;
  int32_t modal = 0;
  int32_t high = 0;
  int32_t arrivals = 0;
};

// One observation as the feed states it, after the adapter made dates, numbers and closures plain.
struct FeedRow {
  int64_t line = 0;   // 1-based line, sheet row or record number in the file
  std::string sheet;  // "" unless a workbook
  std::shared_ptr<const FeedMarket> market;
  std::string product;     // as the feed names it; kAllProducts for the whole market
  std::string product_en;  // "" if the feed has no English name
  std::string category;    // the feed's own word: "vegetable", "fruit"; "" if none
  std::string grade;       // variety, size, specification; "" if none
  std::string currency;    // ISO 4217: "CNY"
  std::string unit;  // the feed's own unit, trimmed: "斤", "Rs/quintal" -> "quintal", "90 KG"
  Day day{};
  DayStatus status = DayStatus::kTraded;
  std::optional<int64_t> low_e4;    // per unit, 1/10,000 of the currency
  std::optional<int64_t> modal_e4;  // average or modal, as the feed calls it
  std::optional<int64_t> high_e4;
  std::optional<int64_t> arrivals_e4;  // 1/10,000 of arrivals_unit
  std::string arrivals_unit;           // "kg"; "" if the feed has no arrivals
  PriceColumns columns = {};
};

// A row that the adapter could not turn into an observation.
struct RefusedRow {
  int64_t line = 0;
  std::string sheet;
  std::string reason;  // "column 最低价: number is \"2.7（个）\", expected a decimal such as 1.55"
  std::string raw;  // the row as read, cells joined with '|', at most kMaxRawBytes
  // Filled by readers of people's tables.
  std::string reason_zh = {};  // the same in Chinese
  int64_t column = 0;          // from 1; 0 if it is about the whole row
  std::string value = {};      // what stands there, at most kMaxQuotedCellBytes
};
inline constexpr size_t kMaxRawBytes = 1000;

// Receives a file's rows in file order. Every row that the adapter reads arrives here once,
// either way; a row that carries no observation by the feed's own rules (a header, an empty
// line, a total) arrives nowhere.
class RowSink {
 public:
  virtual ~RowSink() = default;
  // A non-OK status stops the reading and is returned by it.
  virtual absl::Status Accept(FeedRow row) = 0;
  virtual absl::Status Refuse(RefusedRow row) = 0;
  // Something about the document as a whole that its reader should know: "page is cut off at 1000
  // rows". The default drops it.
  virtual void Note(std::string /*note*/) {}
};

// One downloaded or local piece of a feed, decompressed, with the name that messages use.
struct FeedDocument {
  std::string name;     // "prices.csv", or the URL
  std::string content;  // bytes, after .xz was undone
  // One page of a source that goes on to the next one by itself: that more rows exist is then not
  // worth a note.
  bool is_page = false;
};

}  // namespace glutwatch::sheet
