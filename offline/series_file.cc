#include "offline/series_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/xz.h"

namespace glutwatch::offline {
namespace {

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

// The cells of a line: split at commas outside quotes, without quotes and outer blanks.
std::vector<std::string> Cells(absl::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(c);
    }
  }
  for (std::string& cell : cells) absl::StripAsciiWhitespace(&cell);
  return cells;
}

// Where a form keeps what.
struct Layout {
  size_t first_value = 1;
  std::optional<size_t> truth_count;  // the column with the number of values that are the truth
};

Layout LayoutOf(const std::vector<std::string>& headings) {
  Layout layout;
  for (size_t i = 0; i < headings.size(); ++i) {
    if (headings[i] == "NF") layout.truth_count = i;
    if (absl::StartsWith(headings[i], "values")) layout.first_value = i;
  }
  if (layout.first_value == 1) layout.truth_count.reset();
  return layout;
}

class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  absl::StatusOr<std::vector<NamedSeries>> Read(absl::string_view text) {
    absl::ConsumePrefix(&text, kByteOrderMark);
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      ++line_;
      if (absl::StripAsciiWhitespace(line).empty()) continue;
      const std::vector<std::string> cells = Cells(line);
      if (line_ == 1) {
        layout_ = LayoutOf(cells);
      } else {
        GLUTWATCH_RETURN_IF_ERROR(Add(cells));
      }
    }
    if (series_.empty()) return Bad(0, "no series, expected one a line after the headings");
    return std::move(series_);
  }

 private:
  absl::Status Bad(size_t column, absl::string_view what) const {
    const std::string place = column == 0 ? "" : absl::StrCat(", column ", column);
    return absl::InvalidArgumentError(absl::StrCat(name_, ", line ", line_, place, ": ", what));
  }

  absl::Status Add(const std::vector<std::string>& cells) {
    NamedSeries one{.id = cells[0], .values = {}, .truth = {}};
    if (one.id.empty()) return Bad(1, "the id is empty");
    if (!ids_.insert(one.id).second) return Bad(1, absl::StrCat("\"", one.id, "\" comes twice"));
    size_t last = cells.size();
    while (last > layout_.first_value && IsEmpty(cells[last - 1])) --last;
    for (size_t i = layout_.first_value; i < last; ++i) {
      double value = std::nan("");
      if (!IsEmpty(cells[i]) && !(absl::SimpleAtod(cells[i], &value) && std::isfinite(value))) {
        return Bad(i + 1, absl::StrCat("\"", cells[i], "\", expected a number, NA or nothing"));
      }
      one.values.push_back(value);
    }
    if (one.values.empty()) return Bad(0, absl::StrCat("\"", one.id, "\" has no values"));
    if (layout_.truth_count.has_value()) {
      GLUTWATCH_RETURN_IF_ERROR(CutTruth(cells[*layout_.truth_count], &one));
    }
    series_.push_back(std::move(one));
    return absl::OkStatus();
  }
  static bool IsEmpty(const std::string& cell) { return cell.empty() || cell == "NA"; }

  absl::Status CutTruth(const std::string& count, NamedSeries* one) const {
    double steps = 0;
    if (!absl::SimpleAtod(count, &steps) || steps < 1 ||
        steps >= static_cast<double>(one->values.size())) {
      return Bad(
          *layout_.truth_count + 1,
          absl::StrCat("\"", count, "\", expected a number of values below ", one->values.size()));
    }
    const auto middle = one->values.end() - static_cast<std::ptrdiff_t>(steps);
    one->truth.assign(middle, one->values.end());
    one->values.erase(middle, one->values.end());
    return absl::OkStatus();
  }

  const std::string name_;
  int64_t line_ = 0;
  Layout layout_;
  std::set<std::string> ids_;
  std::vector<NamedSeries> series_;
};

}  // namespace

absl::StatusOr<std::vector<NamedSeries>> ReadSeries(const std::string& name,
                                                    absl::string_view bytes) {
  if (!IsXz(bytes)) return Reader(name).Read(bytes);
  auto text = DecompressXz(bytes);
  if (!text.ok()) {
    return absl::Status(text.status().code(), absl::StrCat(name, ": ", text.status().message()));
  }
  return Reader(name).Read(*text);
}

std::string WriteForecasts(const std::vector<NamedSeries>& forecasts) {
  size_t steps = 0;
  for (const NamedSeries& one : forecasts) steps = std::max(steps, one.values.size());
  std::string out = "id";
  for (size_t i = 1; i <= steps; ++i) absl::StrAppend(&out, ",F", i);
  out += "\n";
  for (const NamedSeries& one : forecasts) {
    out += absl::StrContains(one.id, ',') ? absl::StrCat("\"", one.id, "\"") : one.id;
    for (const double value : one.values) {
      char digits[32];
      const auto end = std::to_chars(digits, digits + sizeof(digits), value);
      absl::StrAppend(&out, ",", absl::string_view(digits, static_cast<size_t>(end.ptr - digits)));
    }
    out += "\n";
  }
  return out;
}

}  // namespace glutwatch::offline
