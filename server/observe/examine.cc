#include "server/observe/examine.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "server/observe/batch_check.h"

namespace glutwatch::observe {
namespace {

using storage::Observation;

bool IsReference(const Observation& o) {
  return o.status == storage::DayStatus::kTraded && (o.presence & storage::kHasModal) != 0 &&
         (o.flags & storage::kLeftOut) == 0;
}

absl::StatusOr<ExaminedRow> Compare(const storage::BatchRow& kept, int32_t row,
                                    const storage::PriceStore& store) {
  const Day day = kept.observation.day;
  ExaminedRow result;
  result.row = row;
  result.observation = kept.observation;
  GLUTWATCH_ASSIGN_OR_RETURN(const auto versions,
                             store.Read(kept.series, std::max(kMinDay, day - kReferenceDays), day));
  for (const storage::Version& version : versions) {
    const Observation& o = version.observation;
    if (o.day == day && o.lot == kept.observation.lot) result.stored = o;
    if (o.day == day || !IsReference(o)) continue;
    result.reference_day = o.day;
    result.reference_modal_e4 = o.modal_e4;
  }
  return result;
}

}  // namespace

absl::StatusOr<Examination> ExamineBatch(const BatchColumns& columns,
                                         const storage::PriceStore& store,
                                         const IntakeOptions& options, Dictionary* dictionary) {
  CheckedBatch checked = Check(columns, store, options, dictionary);
  Examination result;
  result.rows = std::move(checked.results);
  auto said = result.rows.begin();
  size_t kept = 0;
  for (int32_t row = 0; row < static_cast<int32_t>(columns.series_indexes.size()); ++row) {
    bool dropped = false;
    for (; said != result.rows.end() && said->row == row; ++said) {
      dropped = dropped || said->verdict != Verdict::kSuspicious;
    }
    if (dropped) continue;
    GLUTWATCH_ASSIGN_OR_RETURN(auto compared, Compare(checked.rows[kept++], row, store));
    result.kept.push_back(std::move(compared));
  }
  return result;
}

}  // namespace glutwatch::observe
