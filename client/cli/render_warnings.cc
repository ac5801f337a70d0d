#include "client/cli/render_warnings.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/cli/words.h"
#include "client/messages.h"

namespace glutwatch::client {
namespace {

std::string LevelText(const v1::Warning& warning, Language language) {
  if (warning.kind() == v1::WARNING_KIND_BLIND) return Text(Msg::kKindBlind, language);
  return Text(LevelWord(warning.level()), language);
}

std::string Headline(const v1::Warning& warning, Language language) {
  const std::string& headline =
      language == Language::kChinese ? warning.headline_zh() : warning.headline_en();
  return headline.empty() ? warning.name() : headline;
}

using Number = std::optional<double>;

struct IndicatorRow {
  Msg word;
  std::function<Number(const v1::Indicators&)> value;
};

// Every indicator, in the order in which they are shown.
const std::vector<IndicatorRow>& IndicatorRows() {
#define GLUTWATCH_INDICATOR(word, field)                                                           \
  {                                                                                                \
    Msg::word,                                                                                     \
        [](const v1::Indicators& i) { return i.has_##field() ? Number(i.field()) : std::nullopt; } \
  }
  static const auto* const rows = new std::vector<IndicatorRow>{
      GLUTWATCH_INDICATOR(kIndPrice, price),
      GLUTWATCH_INDICATOR(kIndMedian, median_price),
      GLUTWATCH_INDICATOR(kIndNorm, seasonal_norm),
      {Msg::kIndNormYears,
       [](const v1::Indicators& i) { return Number(static_cast<double>(i.norm_years())); }},
      GLUTWATCH_INDICATOR(kIndPriceToNorm, price_to_norm),
      GLUTWATCH_INDICATOR(kIndIfpa, ifpa),
      GLUTWATCH_INDICATOR(kIndAlps, alps),
      GLUTWATCH_INDICATOR(kIndTotalCost, price_to_total_cost),
      GLUTWATCH_INDICATOR(kIndCashCost, price_to_cash_cost),
      GLUTWATCH_INDICATOR(kIndYearOnYear, year_on_year),
      GLUTWATCH_INDICATOR(kIndNormAhead, norm_in_28_days),
      GLUTWATCH_INDICATOR(kIndForecastToNorm, forecast_to_norm)};
#undef GLUTWATCH_INDICATOR
  return *rows;
}

Cell NumberCell(const Number& number) {
  if (!number.has_value()) return {"", "", Color::kNone};
  return {FormatNumber(*number, 3), absl::StrCat(*number)};
}

std::string ModelVersion(const v1::Evidence& evidence) {
  return absl::StrCat(evidence.model_version());
}

}  // namespace

std::string SimulatedMark(const v1::Warning& warning, Language language) {
  return warning.simulated() ? absl::StrCat("[", Text(Msg::kSimulated, language), "]") : "";
}

Table WarningTable(const std::vector<const v1::Warning*>& warnings, const NameBook& names,
                   Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"level", t(Msg::kColLevel)},
               {"product", t(Msg::kColProduct)},
               {"region", t(Msg::kColRegion)},
               {"state", t(Msg::kColState)},
               {"freshness", t(Msg::kColData)},
               {"raised_date", t(Msg::kColRaised)},
               {"market_date", t(Msg::kColJudged)},
               {"ended_date", ""},
               {"generation", ""},
               {"simulated", t(Msg::kColNotes)},
               {"name", t(Msg::kColWarning)},
               {"headline", ""}},
              /*id_column=*/10);
  for (const v1::Warning* warning : warnings) {
    table.AddRow(
        {{LevelText(*warning, language), v1::WarningLevel_Name(warning->level()),
          LevelColor(warning->level())},
         {names.Product(warning->product()), warning->product()},
         {names.Region(warning->region()), warning->region()},
         {t(StateWord(warning->state())), v1::WarningState_Name(warning->state())},
         {t(FreshnessWord(warning->freshness())), v1::Freshness_Name(warning->freshness())},
         FormatDate(warning->raised_date()),
         FormatDate(warning->market_date()),
         FormatDate(warning->ended_date()),
         absl::StrCat(warning->generation()),
         {SimulatedMark(*warning, language), warning->simulated() ? "true" : "false"},
         warning->name(),
         Headline(*warning, language)});
  }
  return table;
}

Table RuleTable(const v1::Evidence& evidence, Language language) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"rule", t(Msg::kColRule)},
               {"level", t(Msg::kColLevel)},
               {"held_since", t(Msg::kColSince)},
               {"detail", t(Msg::kColDetail)}});
  for (const auto& rule : evidence.rules()) {
    table.AddRow({rule.rule(),
                  {t(LevelWord(rule.level())), v1::WarningLevel_Name(rule.level()),
                   LevelColor(rule.level())},
                  FormatDate(rule.held_since()),
                  rule.detail()});
  }
  return table;
}

Table IndicatorTable(const v1::Evidence& evidence, Language language) {
  // More series than this do not fit beside each other.
  constexpr int kMostSeries = 4;
  const int series = std::min(evidence.series_size(), kMostSeries);
  std::vector<Column> columns = {{"indicator", Text(Msg::kColIndicator, language)},
                                 {"group", Text(Msg::kColGroup, language), true}};
  for (int i = 0; i < series; ++i) {
    columns.push_back({evidence.series(i).series(), evidence.series(i).series(), true});
  }
  Table table(std::move(columns));
  for (const IndicatorRow& row : IndicatorRows()) {
    std::vector<Cell> cells = {Text(row.word, language), NumberCell(row.value(evidence.group()))};
    for (int i = 0; i < series; ++i) {
      cells.push_back(NumberCell(row.value(evidence.series(i).indicators())));
    }
    table.AddRow(std::move(cells));
  }
  return table;
}

Table ComparisonTable(const v1::Evidence& logged, const v1::Evidence& recomputed,
                      Language language) {
  Table table({{"indicator", Text(Msg::kColIndicator, language)},
               {"logged", Text(Msg::kColLogged, language), true},
               {"recomputed", Text(Msg::kColRecomputed, language), true}});
  for (const IndicatorRow& row : IndicatorRows()) {
    const Number before = row.value(logged.group());
    const Number now = row.value(recomputed.group());
    if (!before.has_value() && !now.has_value()) continue;
    Cell cell = NumberCell(now);
    if (before != now) cell.color = Color::kRed;
    table.AddRow({Text(row.word, language), NumberCell(before), cell});
  }
  return table;
}

Table HistoryTable(const std::vector<const v1::WarningEvent*>& events, Language language,
                   absl::TimeZone zone) {
  const auto t = [language](Msg message) { return Text(message, language); };
  Table table({{"generation", "#", true},
               {"commit_time", t(Msg::kColTime)},
               {"market_date", t(Msg::kColDate)},
               {"transition", t(Msg::kColEvent)},
               {"level", t(Msg::kColLevel)},
               {"cause", t(Msg::kColCause)}});
  for (const v1::WarningEvent* event : events) {
    const v1::WarningLevel level = event->warning().level();
    table.AddRow(
        {absl::StrCat(event->warning().generation()),
         {FormatInstant(event->commit_time(), zone),
          absl::FormatTime(absl::RFC3339_full, TimeOf(event->commit_time()), absl::UTCTimeZone())},
         FormatDate(event->market_date()),
         {t(TransitionWord(event->transition())), v1::Transition_Name(event->transition())},
         {t(LevelWord(level)), v1::WarningLevel_Name(level), LevelColor(level)},
         event->cause()});
  }
  return table;
}

std::string WarningPage(const v1::Warning& warning, const NameBook& names, Language language,
                        absl::TimeZone zone, bool color) {
  const auto t = [language](Msg message) { return Text(message, language); };
  std::string text = absl::StrCat(
      Paint(Headline(warning, language), LevelColor(warning.level()), color), "\n", warning.name(),
      "  ", SimulatedMark(warning, language), warning.simulated() ? "  " : "",
      LevelText(warning, language), " · ", t(StateWord(warning.state())), " · ",
      t(FreshnessWord(warning.freshness())), "\n");
  const std::string product = names.Product(warning.product());
  absl::StrAppend(&text, product, product.empty() ? "" : " · ", names.Region(warning.region()),
                  " · ", t(Msg::kShowRaised), " ", FormatDate(warning.raised_date()));
  if (warning.has_ended_date()) {
    absl::StrAppend(&text, " · ", t(Msg::kShowEnded), " ", FormatDate(warning.ended_date()));
  }
  text += "\n";
  if (!warning.has_evidence()) return text;
  const v1::Evidence& evidence = warning.evidence();
  absl::StrAppend(
      &text, "\n",
      Text(Msg::kShowEvidence, language,
           FormatInstant(absl::FromUnixMicros(evidence.vintage_us()), zone), evidence.rule_pack(),
           ModelVersion(evidence), absl::StrCat(evidence.missing_days())),
      "\n");
  if (evidence.rules_size() > 0) text += RuleTable(evidence, language).ToText(color) + "\n";
  text += IndicatorTable(evidence, language).ToText(color);
  return text;
}

std::string FrameLine(const v1::WatchWarningsResponse& frame, const NameBook& names,
                      Language language, absl::TimeZone zone, bool color) {
  if (frame.has_gap()) {
    return Text(Msg::kWatchGap, language,
                v1::WatchWarningsResponse::Gap::Reason_Name(frame.gap().reason()));
  }
  if (frame.has_snapshot_end()) {
    return Text(Msg::kWatchSnapshotEnd, language, frame.snapshot_end().warning_count());
  }
  if (!frame.has_snapshot() && !frame.has_event()) return "";
  const bool is_event = frame.has_event();
  const v1::Warning& warning = is_event ? frame.event().warning() : frame.snapshot().warning();
  const std::string when = is_event ? FormatInstant(frame.event().commit_time(), zone)
                                    : FormatDate(warning.raised_date());
  const Msg what = is_event ? TransitionWord(frame.event().transition()) : Msg::kWatchSnapshot;
  // Headlines are in the server's words and already marked where the data are simulated.
  const bool marked = !Headline(warning, language).empty() && warning.simulated();
  const std::string mark = marked && Headline(warning, language) == warning.name()
                               ? SimulatedMark(warning, language)
                               : "";
  return absl::StrCat(when, "  ", Text(what, language), "  ",
                      Paint(LevelText(warning, language), LevelColor(warning.level()), color), "  ",
                      mark, Headline(warning, language), "  (", names.Region(warning.region()),
                      ", ", warning.name(), ")");
}

Table FrameTable(const v1::WatchWarningsResponse& frame) {
  Table table({{"frame", ""},
               {"event_id", ""},
               {"transition", ""},
               {"commit_time", ""},
               {"market_date", ""},
               {"level", ""},
               {"product", ""},
               {"region", ""},
               {"state", ""},
               {"freshness", ""},
               {"generation", ""},
               {"simulated", ""},
               {"name", ""},
               {"cause", ""}},
              /*id_column=*/12);
  if (!frame.has_snapshot() && !frame.has_event()) return table;
  const bool is_event = frame.has_event();
  const v1::WarningEvent& event = frame.event();
  const v1::Warning& warning = is_event ? event.warning() : frame.snapshot().warning();
  table.AddRow({is_event ? "event" : "snapshot", event.event_id(),
                is_event ? v1::Transition_Name(event.transition()) : "",
                is_event ? absl::FormatTime(absl::RFC3339_full, TimeOf(event.commit_time()),
                                            absl::UTCTimeZone())
                         : "",
                FormatDate(is_event ? event.market_date() : warning.market_date()),
                v1::WarningLevel_Name(warning.level()), warning.product(), warning.region(),
                v1::WarningState_Name(warning.state()), v1::Freshness_Name(warning.freshness()),
                absl::StrCat(warning.generation()), warning.simulated() ? "true" : "false",
                warning.name(), event.cause()});
  return table;
}

}  // namespace glutwatch::client
