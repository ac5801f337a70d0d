#pragma once
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "glutwatch/v1/warn.pb.h"

// Warnings, their evidence and their history for people.
namespace glutwatch::client {

// Beside the warning: "[simulated]" where its data are.
std::string SimulatedMark(const v1::Warning& warning, Language language);

Table WarningTable(const std::vector<const v1::Warning*>& warnings, const NameBook& names,
                   Language language);
// A warning of its own: headline, facts, evidence.
std::string WarningPage(const v1::Warning& warning, const NameBook& names, Language language,
                        absl::TimeZone zone, bool color);
Table RuleTable(const v1::Evidence& evidence, Language language);
// An indicator in each line: the group, then each series.
Table IndicatorTable(const v1::Evidence& evidence, Language language);
Table HistoryTable(const std::vector<const v1::WarningEvent*>& events, Language language,
                   absl::TimeZone zone);
// An indicator in each line, as logged and as computed again.
Table ComparisonTable(const v1::Evidence& logged, const v1::Evidence& recomputed,
                      Language language);

// One line of a watch: an event, an item of the snapshot, the snapshot's end or a gap; "" for
// the rest.
std::string FrameLine(const v1::WatchWarningsResponse& frame, const NameBook& names,
                      Language language, absl::TimeZone zone, bool color);
// The same frames as rows; only snapshot items and events have one.
Table FrameTable(const v1::WatchWarningsResponse& frame);

}  // namespace glutwatch::client
