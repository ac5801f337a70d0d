#include "bench/figures.h"

#include <algorithm>
#include <cmath>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace glutwatch::bench {
namespace {

// Four significant digits, without an exponent; whole from a thousand on.
std::string Short(double value) {
  const double size = std::abs(value);
  if (size >= 1000) return absl::StrFormat("%.0f", value);
  if (size >= 100) return absl::StrFormat("%.1f", value);
  return size >= 10 ? absl::StrFormat("%.2f", value) : absl::StrFormat("%.3f", value);
}

std::string Json(double value) { return absl::StrFormat("%.6g", value); }

}  // namespace

double Percentile(std::vector<double> values, double share) {
  const auto nth =
      values.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(values.size() - 1) * share);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

void Figures::Add(absl::string_view work, absl::string_view metric, double value) {
  for (Figure& figure : figures_) {
    if (figure.work == work && figure.metric == metric) return figure.runs.push_back(value);
  }
  figures_.push_back({std::string(work), std::string(metric), {value}});
}

const Figure* Figures::Find(absl::string_view work, absl::string_view metric) const {
  for (const Figure& figure : figures_) {
    if (figure.work == work && figure.metric == metric) return &figure;
  }
  return nullptr;
}

std::string Figures::Table() const {
  std::string text = absl::StrFormat("%-30s %-28s %12s  %-26s %s\n", "work", "metric", "median",
                                     "[least..most]", "runs");
  for (const Figure& figure : figures_) {
    absl::StrAppendFormat(&text, "%-30s %-28s %12s  %-26s %d\n", figure.work, figure.metric,
                          Short(figure.median()),
                          absl::StrCat("[", Short(figure.least()), "..", Short(figure.most()), "]"),
                          static_cast<int>(figure.runs.size()));
  }
  return text;
}

std::string Figures::JsonLines() const {
  std::string text;
  for (const Figure& figure : figures_) {
    absl::StrAppend(
        &text, R"({"work":")", figure.work, R"(","metric":")", figure.metric, R"(","median":)",
        Json(figure.median()), R"(,"least":)", Json(figure.least()), R"(,"most":)",
        Json(figure.most()), R"(,"runs":[)",
        absl::StrJoin(figure.runs, ",", [](std::string* out, double v) { out->append(Json(v)); }),
        "]}\n");
  }
  return text;
}

absl::Status WriteFile(const std::string& path, absl::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) return absl::UnavailableError(absl::StrCat("cannot write ", path));
  return absl::OkStatus();
}

}  // namespace glutwatch::bench
