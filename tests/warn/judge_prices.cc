// judge_prices PACK.yaml: reads `series,date,price` on stdin, judges every series as a group of its
// own and writes `series,issued,cleared,level` for the independent judge of warnings. Without
// costs, so only the lines on norm and last year count.
#include <iostream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/yaml_message.h"
#include "forecast/risk/indicators.h"
#include "glutwatch/v1/warn.pb.h"
#include "server/rpc/translate_warn.h"
#include "server/warn/group_state.h"

namespace {

using namespace glutwatch;  // NOLINT(google-build-using-namespace): a program's own file

using Prices = std::map<std::string, std::map<Day, double>>;

absl::StatusOr<Prices> ReadPrices(std::istream& in) {
  Prices prices;
  std::string line;
  std::getline(in, line);
  if (line.rfind("series,date,price", 0) != 0) {
    return absl::InvalidArgumentError("line 1: expected series,date,price");
  }
  for (int number = 2; std::getline(in, line); ++number) {
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    double price = 0;
    const auto day = ParseDay(fields.size() > 1 ? fields[1] : "");
    if (!day.ok() || fields.size() < 3 || !absl::SimpleAtod(fields[2], &price)) {
      return absl::InvalidArgumentError("line " + std::to_string(number) + ": " + line);
    }
    if (price > 0) prices[fields[0]][*day] = price;
  }
  return prices;
}

absl::StatusOr<std::vector<warn::RiskDay>> RisksOf(const std::map<Day, double>& by_day,
                                                   bool with_forecast) {
  const Day first = by_day.begin()->first;
  std::vector<double> dense(static_cast<size_t>(by_day.rbegin()->first - first) + 1,
                            std::numeric_limits<double>::quiet_NaN());
  for (const auto& [day, price] : by_day) dense[static_cast<size_t>(day - first)] = price;
  const auto days = forecast::risk::ComputeIndicators({first, dense}, {}, kMinDay, kMaxDay,
                                                      {.with_forecast = with_forecast});
  if (!days.ok()) return days.status();
  std::vector<warn::RiskDay> risks;
  for (const auto& day : *days) risks.push_back({day.day, day, false});
  return risks;
}

void WriteSpans(const std::string& series, const warn::GroupState& state) {
  for (const warn::Episode& episode : state.episodes) {
    for (size_t i = 0; i < episode.steps.size(); ++i) {
      const warn::EpisodeStep& step = episode.steps[i];
      if (step.transition == warn::Transition::kResolved) continue;
      const bool lasts = i + 1 == episode.steps.size();
      std::cout << series << ',' << FormatDay(step.day) << ','
                << (lasts ? "" : FormatDay(episode.steps[i + 1].day)) << ','
                << static_cast<int>(step.level) << '\n';
    }
  }
}

absl::Status Run(const char* pack_file) {
  v1::RulePack proto;
  if (absl::Status read = ReadYamlFile(pack_file, &proto); !read.ok()) return read;
  const auto pack = rpc::FromProto(proto);
  if (!pack.ok()) return pack.status();
  const auto prices = ReadPrices(std::cin);
  if (!prices.ok()) return prices.status();
  std::cout << "series,issued,cleared,level\n";
  for (const auto& [series, by_day] : *prices) {
    const auto risks = RisksOf(by_day, warn::Uses(*pack, warn::Indicator::kForecastToNorm));
    if (!risks.ok()) return risks.status();
    warn::GroupState state;
    warn::Continue(*pack, *risks, &state);
    WriteSpans(series, state);
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: judge_prices PACK.yaml < prices.csv > warnings.csv\n";
    return 2;
  }
  const absl::Status status = Run(argv[1]);
  if (!status.ok()) std::cerr << status.ToString() << '\n';
  return status.ok() ? 0 : 1;
}
