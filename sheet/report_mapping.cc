#include "sheet/report_mapping.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/day.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"
#include "sheet/text_encoding.h"

namespace glutwatch::sheet {
namespace {

using config::v1::ReportMapping;

constexpr int kMaxHeaderRows = 5;

class Checker {
 public:
  Checker(const ReportMapping& mapping, const YamlPlaces& places, absl::string_view file)
      : mapping_(mapping), places_(places), file_(file) {}

  absl::Status Check() const {
    GLUTWATCH_RETURN_IF_ERROR(CheckColumns());
    GLUTWATCH_RETURN_IF_ERROR(CheckFigures());
    if (!mapping_.date().empty() && !ParseDay(mapping_.date()).ok()) {
      return Bad("date",
                 absl::StrCat("is \"", mapping_.date(), "\", expected a day as 2026-11-20"));
    }
    if (mapping_.header_row() < 0) return Bad("header_row", "expected a line from 1, or 0");
    if (mapping_.header_rows() < 0 || mapping_.header_rows() > kMaxHeaderRows) {
      return Bad("header_rows", absl::StrCat("expected 0..", kMaxHeaderRows));
    }
    if (mapping_.delimiter().size() > 1 && mapping_.delimiter() != "tab") {
      return Bad("delimiter", "expected one character or \"tab\"");
    }
    if (mapping_.year() != 0 && (mapping_.year() < 1900 || mapping_.year() > 2169)) {
      return Bad("year", absl::StrCat("is ", mapping_.year(), ", expected 1900..2169"));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Bad(absl::string_view field, absl::string_view why) const {
    const std::string place = places_.Find(field);
    return absl::InvalidArgumentError(
        absl::StrCat(place.empty() ? std::string(file_) : place, ": ", field, ": ", why));
  }

  absl::Status CheckColumns() const {
    const auto& columns = mapping_.columns();
    if (columns.region().empty() && mapping_.region().empty()) {
      return Bad("columns.region", "is empty, expected a heading, or region for all lines");
    }
    if (columns.product().empty() && mapping_.product().empty()) {
      return Bad("columns.product", "is empty, expected a heading, or product for all lines");
    }
    return absl::OkStatus();
  }

  absl::Status CheckFigures() const {
    const bool across = mapping_.dates_across() != v1::REPORT_KIND_UNSPECIFIED;
    if (mapping_.figures().empty() && !across) {
      return Bad("figures", "is empty, expected a column of figures, or dates_across");
    }
    std::set<std::pair<int, std::string>> seen;
    for (int i = 0; i < mapping_.figures_size(); ++i) {
      const auto& figure = mapping_.figures(i);
      const std::string field = absl::StrCat("figures[", i, "]");
      if (TrimText(figure.column()).empty()) {
        return Bad(field, "column is empty, expected a heading");
      }
      if (figure.kind() == v1::REPORT_KIND_UNSPECIFIED) {
        return Bad(field, "kind is empty, expected a kind such as planted_area");
      }
      const std::string& window = figure.window();
      if (!window.empty() && window != "start" && window != "end") {
        return Bad(field, absl::StrCat("window is \"", window, "\", expected start or end"));
      }
      if (!window.empty() && figure.kind() != v1::REPORT_KIND_EXPECTED_HARVEST) {
        return Bad(field, "window is for expected_harvest only");
      }
      if (!seen.emplace(figure.kind(), window).second) {
        return Bad(field, "is the second column of this kind: the same report would be read twice");
      }
    }
    return absl::OkStatus();
  }

  const ReportMapping& mapping_;
  const YamlPlaces& places_;
  const absl::string_view file_;
};

}  // namespace

absl::StatusOr<ReportMapping> LoadReportMapping(const std::string& path) {
  ReportMapping mapping;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(path, &mapping, &places));
  GLUTWATCH_RETURN_IF_ERROR(Checker(mapping, places, path).Check());
  return mapping;
}

absl::StatusOr<ReportMapping> ParseReportMapping(absl::string_view yaml, absl::string_view name) {
  ReportMapping mapping;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYaml(yaml, name, &mapping, &places));
  GLUTWATCH_RETURN_IF_ERROR(Checker(mapping, places, name).Check());
  return mapping;
}

const ReportMapping& ReportTemplate() {
  // Its text is ours, and a test reads it.
  static const auto* const mapping =
      new ReportMapping(ParseReportMapping(ReportTemplateYaml(), "report_template.yaml").value());
  return *mapping;
}

DateOptions DateOptionsOf(const ReportMapping& mapping) {
  return {.order = mapping.date_order() == config::v1::FEED_DATE_ORDER_MONTH_FIRST
                       ? DateOrder::kMonthFirst
                       : DateOrder::kDayFirst,
          .roc_years = false,
          .excel_serials = true,
          .default_year = mapping.year()};
}

std::vector<std::string> HeadingChoices(absl::string_view column) {
  std::vector<std::string> choices;
  for (const absl::string_view choice : absl::StrSplit(column, '|')) {
    if (!TrimText(choice).empty()) choices.emplace_back(TrimText(choice));
  }
  return choices;
}

}  // namespace glutwatch::sheet
