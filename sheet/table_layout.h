#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/day.h"
#include "glutwatch/config/v1/feed_mapping.pb.h"
#include "sheet/table.h"

namespace glutwatch::sheet {

// The figures of an observation, in the order of FeedFigure.
enum Figure : uint8_t { kLow, kModal, kHigh, kArrivals, kFigureCount };

// Where the things of one row are. An absent column is empty.
struct TableLayout {
  std::optional<size_t> product, grade, category, date, unit, currency, market, product_en, status;
  // One block of figures per day; a table with a date column has one block without a day.
  struct Block {
    std::optional<Day> day;
    std::array<std::optional<size_t>, kFigureCount> columns;
  };
  std::vector<Block> blocks;
  // From the headings or a title line; "" if neither says it.
  std::string unit_in_heading;
  // The key of the product column's heading, to know a repeated header.
  std::string product_heading;
};

// Finds the headings of one sheet as its rows come in.
class LayoutFinder {
 public:
  // `mapping` must outlive the finder.
  explicit LayoutFinder(const config::v1::FeedMapping& mapping) : mapping_(mapping) {}

  // Takes the next row. Returns true once the headings are complete; rows after that are data.
  bool Add(const TableRow& row);
  const TableLayout& layout() const { return layout_; }
  // True if no more rows should be tried.
  bool gave_up() const { return tried_ > kMaxSearchRows; }
  // What was looked for and not found.
  std::string Missing() const;

 private:
  static constexpr int kMaxSearchRows = 200;

  bool TryHeadings();
  std::vector<std::string> Headings() const;
  std::optional<size_t> Find(const std::vector<std::string>& headings,
                             const std::string& wanted) const;
  void AddDateBlocks(const std::vector<std::string>& headings);
  std::string UnitIn(const std::vector<std::string>& headings) const;

  const config::v1::FeedMapping& mapping_;
  TableLayout layout_;
  std::vector<std::vector<std::string>> window_;  // the last header_rows rows
  std::vector<std::string> titles_;               // cells above the headings
  int tried_ = 0;
  std::vector<std::string> missing_;  // of the line that came nearest
};

}  // namespace glutwatch::sheet
