#include "server/storage/classifier.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace glutwatch::storage {
namespace {

constexpr size_t kMaxCachedVersions = 500'000;  // 28 MB
constexpr size_t kMaxCachedChunks = 20'000;

// The newest of the sorted `versions` of this day and lot; nullptr if there is none.
const Version* FindNewest(absl::Span<const Version> versions, Day day, uint16_t lot) {
  Version beyond;
  beyond.observation.day = day;
  beyond.observation.lot = lot;
  beyond.recorded_us = std::numeric_limits<int64_t>::max();
  auto it = std::upper_bound(versions.begin(), versions.end(), beyond, VersionBefore);
  if (it == versions.begin()) return nullptr;
  --it;
  return it->observation.day == day && it->observation.lot == lot ? &*it : nullptr;
}

}  // namespace

Day Classifier::NewestDay(SeriesId series) const {
  const StagedDay* staged = newest_.Find(static_cast<uint32_t>(series));
  const Day committed = tips_->newest_day(series);
  return staged == nullptr ? committed : std::max(staged->day, committed);
}

void Classifier::Staged(SeriesId series, Day day) {
  StagedDay* newest = newest_.Grow(static_cast<uint32_t>(series));
  if (day <= newest->day) return;
  undo_.emplace_back(series, newest->day);
  newest->day = day;
}

void Classifier::TakeBack() {
  for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) {
    newest_.Find(static_cast<uint32_t>(it->first))->day = it->second;
  }
  undo_.clear();
}

absl::StatusOr<Classifier::Verdicts> Classifier::Classify(absl::Span<const BatchRow> rows) {
  Verdicts verdicts;
  std::vector<uint32_t> late;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (rows[i].observation.day <= NewestDay(rows[i].series)) late.push_back(i);
  }
  verdicts.added = static_cast<int64_t>(rows.size() - late.size());
  if (late.empty()) return verdicts;
  const Head::View view = head_->Snapshot();
  RefreshCache(view);
  auto key = [&](uint32_t i) {
    return std::tuple(rows[i].series, rows[i].observation.day, rows[i].observation.lot);
  };
  std::sort(late.begin(), late.end(), [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  for (size_t begin = 0; begin < late.size();) {
    size_t end = begin + 1;
    while (end < late.size() && rows[late[end]].series == rows[late[begin]].series) ++end;
    GLUTWATCH_RETURN_IF_ERROR(ClassifySeries(
        rows, absl::MakeConstSpan(late).subspan(begin, end - begin), view, &verdicts));
    begin = end;
  }
  std::sort(verdicts.duplicates.begin(), verdicts.duplicates.end());
  return verdicts;
}

void Classifier::RefreshCache(const Head::View& view) {
  if (view.generation == cache_generation_ && cached_versions_ <= kMaxCachedVersions &&
      chunks_.size() <= kMaxCachedChunks) {
    return;
  }
  chunks_.clear();
  cached_versions_ = 0;
  cache_generation_ = view.generation;
}

absl::StatusOr<Classifier::Verdicts> Classifier::ClassifyReview(const BatchRow& row,
                                                                int64_t reviewed_us) {
  const Head::View view = head_->Snapshot();
  RefreshCache(view);
  GLUTWATCH_ASSIGN_OR_RETURN(const std::optional<Version> newest, FindStored(row, view));
  const Observation& o = row.observation;
  if (!newest.has_value() || newest->recorded_us != reviewed_us ||
      !newest->observation.SameQuoteAs(o)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "REVIEW_OUTDATED: series/", static_cast<uint32_t>(row.series), " on ", FormatDay(o.day),
        " lot ", o.lot, ": the newest version is ", newest.has_value() ? newest->recorded_us : 0,
        ", expected ", reviewed_us, ", the one that was looked at"));
  }
  Verdicts verdicts;
  if (newest->observation.flags == o.flags) {
    verdicts.duplicates.push_back(0);
  } else {
    verdicts.corrected = 1;
  }
  return verdicts;
}

// The newest version of the row's day and lot, staged ones included.
absl::StatusOr<std::optional<Version>> Classifier::FindStored(const BatchRow& row,
                                                              const Head::View& view) {
  const Observation& o = row.observation;
  std::vector<Version> versions;
  for (const auto& epoch : view.epochs) {
    epoch->ForEach(row.series, o.day, [&](const HeadRow& in_head) {
      if (in_head.observation.day == o.day && in_head.observation.lot == o.lot) {
        versions.push_back({in_head.observation, in_head.recorded_us});
      }
    });
  }
  std::sort(versions.begin(), versions.end(), VersionBefore);
  const Version* newest = FindNewest(versions, o.day, o.lot);
  Chunk chunk;  // keeps what `newest` points to
  if (newest == nullptr && o.day <= tips_->folded_day(row.series)) {
    GLUTWATCH_ASSIGN_OR_RETURN(chunk, LoadChunk({row.series, YearOf(o.day)}));
    newest = FindNewest(*chunk, o.day, o.lot);
  }
  return newest == nullptr ? std::nullopt : std::optional<Version>(*newest);
}

absl::Status Classifier::ClassifySeries(absl::Span<const BatchRow> rows,
                                        absl::Span<const uint32_t> late, const Head::View& view,
                                        Verdicts* verdicts) {
  const SeriesId series = rows[late.front()].series;
  const Day from = rows[late.front()].observation.day;
  const Day to = rows[late.back()].observation.day;
  std::vector<Version> in_head;
  for (const auto& epoch : view.epochs) {
    if (!epoch->MayHave(series, from, to)) continue;
    epoch->ForEach(series, from, [&](const HeadRow& row) {
      if (row.observation.day >= from && row.observation.day <= to) {
        in_head.push_back({row.observation, row.recorded_us});
      }
    });
  }
  std::sort(in_head.begin(), in_head.end(), VersionBefore);
  const Day folded = tips_->folded_day(series);
  for (const uint32_t i : late) {
    const Observation& row = rows[i].observation;
    const Version* newest = FindNewest(in_head, row.day, row.lot);
    Chunk chunk;  // keeps what `newest` points to
    if (newest == nullptr && row.day <= folded) {
      GLUTWATCH_ASSIGN_OR_RETURN(chunk, LoadChunk({series, YearOf(row.day)}));
      newest = FindNewest(*chunk, row.day, row.lot);
    }
    if (newest == nullptr) {
      ++verdicts->added;
    } else if (newest->observation.SameQuoteAs(row)) {
      verdicts->duplicates.push_back(i);
    } else {
      ++verdicts->corrected;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Classifier::Chunk> Classifier::LoadChunk(const ChunkKey& key) {
  const std::pair<uint32_t, int> cache_key(static_cast<uint32_t>(key.series), key.year);
  const auto cached = chunks_.find(cache_key);
  if (cached != chunks_.end()) return cached->second;
  auto versions = std::make_shared<std::vector<Version>>();
  const absl::StatusOr<std::string> bytes = database_->Get(Table::kChunks, EncodeChunkKey(key));
  if (bytes.ok()) {
    GLUTWATCH_ASSIGN_OR_RETURN(*versions, DecodeChunk(key, *bytes));
  } else if (!absl::IsNotFound(bytes.status())) {
    return bytes.status();
  }
  cached_versions_ += versions->size();
  chunks_[cache_key] = versions;
  return Chunk(std::move(versions));
}

}  // namespace glutwatch::storage
