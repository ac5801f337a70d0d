#include "client/cli/selection.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/cli/names.h"
#include "client/cli/words.h"

namespace glutwatch::client {
namespace {

absl::StatusOr<v1::WarningLevel> ToLevel(const std::string& text) {
  v1::WarningLevel level = v1::WARNING_LEVEL_UNSPECIFIED;
  if (text.empty() ||
      v1::WarningLevel_Parse(absl::StrCat("WARNING_LEVEL_", absl::AsciiStrToUpper(text)), &level)) {
    return level;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--min-level is \"", text, "\", expected blue, yellow, orange or red"));
}

}  // namespace

void AddSelectionFlags(CLI::App* command, const Context& context, SelectionFlags* flags) {
  // One value to a flag; a flag may come several times.
  command->add_option("--series", flags->series, context.T(Msg::kOptSeries))
      ->allow_extra_args(false);
  command->add_option("--market", flags->markets, context.T(Msg::kOptMarket))
      ->allow_extra_args(false);
  command->add_option("--product", flags->products, context.T(Msg::kOptProduct))
      ->allow_extra_args(false);
  command->add_option("--region", flags->region, context.T(Msg::kOptRegion));
}

absl::StatusOr<v1::SeriesSelection> ToSelection(Context* context, const SelectionFlags& flags) {
  v1::SeriesSelection selection;
  for (const auto& series : flags.series) selection.add_series(Qualified("series", series));
  for (const auto& market : flags.markets) selection.add_markets(Qualified("markets", market));
  for (const auto& product : flags.products) selection.add_products(Qualified("products", product));
  GLUTWATCH_ASSIGN_OR_RETURN(*selection.mutable_region(), ResolveRegion(context, flags.region));
  if (selection.ByteSizeLong() == 0) {
    return absl::InvalidArgumentError(
        "nothing is selected, expected --series, --market, --product or --region");
  }
  return selection;
}

void AddFilterFlags(CLI::App* command, const Context& context, FilterFlags* flags) {
  command->add_option("--region", flags->region, context.T(Msg::kOptRegion));
  command->add_option("--product", flags->products, context.T(Msg::kOptProduct))
      ->allow_extra_args(false);
  command->add_option("--min-level", flags->min_level, context.T(Msg::kOptMinLevel));
}

absl::StatusOr<v1::WarningFilter> ToFilter(Context* context, const FilterFlags& flags) {
  v1::WarningFilter filter;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto level, ToLevel(flags.min_level));
  filter.set_min_level(level);
  for (const auto& product : flags.products) filter.add_products(Qualified("products", product));
  GLUTWATCH_ASSIGN_OR_RETURN(*filter.mutable_region(), ResolveRegion(context, flags.region));
  return filter;
}

absl::StatusOr<v1::UnitView> ToUnitView(const std::string& per) {
  if (per == "quoted" || per.empty()) return v1::UNIT_VIEW_UNSPECIFIED;
  if (per == "kg") return v1::UNIT_VIEW_PER_KILOGRAM;
  if (per == "jin" || per == "斤") return v1::UNIT_VIEW_PER_JIN;
  if (per == "quintal") return v1::UNIT_VIEW_PER_QUINTAL;
  return absl::InvalidArgumentError(
      absl::StrCat("--per is \"", per, "\", expected kg, jin, quintal or quoted"));
}

StreamLimits::StreamLimits(Context* context, absl::Duration span, std::function<void()> stop)
    : context_(context), stop_(std::move(stop)) {
  if (context_->env.interrupt != nullptr) {
    context_->env.interrupt->SetHandler([this] {
      MutexLock lock(&mu_);
      interrupted_ = true;
      changed_.SignalAll();
    });
  }
  thread_ = std::thread([this, span] { Wait(span); });
}

StreamLimits::~StreamLimits() {
  if (context_->env.interrupt != nullptr) context_->env.interrupt->Clear();
  {
    MutexLock lock(&mu_);
    over_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

void StreamLimits::Wait(absl::Duration span) {
  const absl::Time deadline = absl::Now() + span;
  {
    MutexLock lock(&mu_);
    while (!over_ && !interrupted_) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) break;
      changed_.WaitFor(&mu_, std::min(left, absl::Hours(1)));
    }
    if (over_) return;
  }
  stop_();
}

}  // namespace glutwatch::client
