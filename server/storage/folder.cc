#include "server/storage/folder.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "base/thread_name.h"

namespace glutwatch::storage {
namespace {

constexpr absl::Duration kRetryInterval = absl::Seconds(1);
// A slice is read, merged and written together; small enough for a commit to squeeze in.
constexpr size_t kSliceChunks = 1024;
constexpr size_t kSliceVersions = 64 << 10;
constexpr size_t kWriteBytes = 512 << 10;
// Read the chunks of a slice by one scan if it skips at most so many series for one it needs.
constexpr uint32_t kMaxSkippedPerSeries = 4;

}  // namespace

void Folder::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Folder::Stop() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
    changed_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Folder::Wake() {
  MutexLock lock(&mu_);
  changed_.SignalAll();
}

bool Folder::stopping() const {
  MutexLock lock(&mu_);
  return stop_;
}

int64_t Folder::folds() const {
  MutexLock lock(&mu_);
  return folds_;
}

absl::Status Folder::WaitUntilFolded(int64_t epoch_id) {
  MutexLock lock(&mu_);
  error_ = absl::OkStatus();  // try at once, whatever was before
  changed_.SignalAll();
  while (folded_id_ < epoch_id && error_.ok() && !stop_) changed_.Wait(&mu_);
  if (folded_id_ >= epoch_id) return absl::OkStatus();
  return stop_ ? absl::UnavailableError("the price store is closing") : error_;
}

absl::Status Folder::WaitForRoom(int64_t limit) {
  MutexLock lock(&mu_);
  while (head_->bytes() >= limit) {
    if (!error_.ok()) return error_;
    if (stop_) return absl::UnavailableError("the price store is closing");
    changed_.Wait(&mu_);
  }
  return absl::OkStatus();
}

void Folder::Run() {
  NameThisThread("price-folder");
  for (;;) {
    std::shared_ptr<const HeadEpoch> epoch;
    {
      MutexLock lock(&mu_);
      while (!stop_ && head_->OldestSealed() == nullptr) changed_.Wait(&mu_);
      if (stop_) return;
      epoch = head_->OldestSealed();
    }
    const absl::Status status = Fold(*epoch);
    if (status.ok()) head_->Remove(epoch->id());
    MutexLock lock(&mu_);
    error_ = status;
    if (status.ok()) {
      folded_id_ = epoch->id();
      ++folds_;
    }
    changed_.SignalAll();
    // A Wake or a waiter's call ends the pause early, which does no harm.
    if (!status.ok() && !stop_) changed_.WaitFor(&mu_, kRetryInterval);
  }
}

absl::Status Folder::Fold(const HeadEpoch& epoch) {
  absl::Status status;
  epoch.ForEachSeries([&](SeriesId series) {
    if (!status.ok()) return;
    AddSeries(epoch, series);
    if (tasks_.size() >= kSliceChunks || versions_.size() >= kSliceVersions) {
      status = stopping() ? absl::UnavailableError("the price store is closing") : WriteSlice();
    }
  });
  if (status.ok()) status = WriteSlice();
  tasks_.clear();
  versions_.clear();
  series_.clear();
  GLUTWATCH_RETURN_IF_ERROR(status);
  WriteSet done;
  journal_->Trim(epoch.last_recorded_us(), &done);
  GLUTWATCH_RETURN_IF_ERROR(database_->Write(done, Durability::kFsynced));
  journal_->Trimmed();
  return absl::OkStatus();
}

void Folder::AddSeries(const HeadEpoch& epoch, SeriesId series) {
  const size_t begin = versions_.size();
  epoch.ForEach(series, [&](const HeadRow& row) {
    versions_.push_back({row.observation, row.recorded_us});
  });
  std::sort(versions_.begin() + static_cast<std::ptrdiff_t>(begin), versions_.end(), VersionBefore);
  series_.push_back(series);
  for (size_t at = begin; at < versions_.size();) {
    const int year = YearOf(versions_[at].observation.day);
    const Day next_year = FirstDayOf(year + 1);
    Task task{{series, year}, at, at};
    while (at < versions_.size() && versions_[at].observation.day < next_year) ++at;
    task.end = at;
    tasks_.push_back(task);
  }
}

bool Folder::MayExist(const ChunkKey& key) const {
  const Day folded = tips_->folded_day(key.series);
  return folded != kNoDay && folded >= FirstDayOf(key.year);
}

// The stored bytes of each task's chunk, "" where there is none.
absl::StatusOr<std::vector<std::string>> Folder::LoadChunks() const {
  std::vector<std::string> existing(tasks_.size());
  const uint32_t span = static_cast<uint32_t>(tasks_.back().key.series) -
                        static_cast<uint32_t>(tasks_.front().key.series);
  const auto wanted = static_cast<uint32_t>(std::count_if(
      tasks_.begin(), tasks_.end(), [&](const Task& task) { return MayExist(task.key); }));
  if (wanted == 0) return existing;
  if (wanted < 16 || span / wanted > kMaxSkippedPerSeries) {
    for (size_t i = 0; i < tasks_.size(); ++i) {
      if (!MayExist(tasks_[i].key)) continue;
      absl::StatusOr<std::string> bytes =
          database_->Get(Table::kChunks, EncodeChunkKey(tasks_[i].key));
      if (bytes.ok()) {
        existing[i] = *std::move(bytes);
      } else if (!absl::IsNotFound(bytes.status())) {
        return bytes.status();
      }
    }
    return existing;
  }
  size_t at = 0;
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(database_->Scan(
      Table::kChunks, EncodeChunkKey(tasks_.front().key), EncodeChunkKey(tasks_.back().key) + '\0',
      [&](absl::string_view key_bytes, absl::string_view value) {
        const absl::StatusOr<ChunkKey> key = DecodeChunkKey(key_bytes);
        status = key.status();
        if (!status.ok()) return false;
        while (at < tasks_.size() && tasks_[at].key < *key) ++at;
        if (at < tasks_.size() && tasks_[at].key == *key) existing[at] = std::string(value);
        return at < tasks_.size();
      }));
  GLUTWATCH_RETURN_IF_ERROR(status);
  return existing;
}

absl::Status Folder::MergeInto(const Task& task, absl::string_view existing, WriteSet* set) {
  const absl::Span<const Version> added =
      absl::MakeConstSpan(versions_).subspan(task.begin, task.end - task.begin);
  const Day newest = added.back().observation.day;
  if (existing.empty()) {
    set->Put(Table::kChunks, EncodeChunkKey(task.key), EncodeChunk(task.key, added));
  } else {
    GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<Version> before, DecodeChunk(task.key, existing));
    std::vector<Version> merged;
    merged.reserve(before.size() + added.size());
    std::merge(before.begin(), before.end(), added.begin(), added.end(), std::back_inserter(merged),
               VersionBefore);
    merged.erase(std::unique(merged.begin(), merged.end(), SameVersion), merged.end());
    set->Put(Table::kChunks, EncodeChunkKey(task.key), EncodeChunk(task.key, merged));
  }
  // Before readers can miss the epoch: they look into a chunk only up to this day.
  tips_->RaiseFoldedDay(task.key.series, newest);
  return absl::OkStatus();
}

absl::Status Folder::WriteSlice() {
  if (tasks_.empty()) return absl::OkStatus();
  GLUTWATCH_ASSIGN_OR_RETURN(const std::vector<std::string> existing, LoadChunks());
  WriteSet set;
  auto write_if = [&](size_t bytes) -> absl::Status {
    if (set.bytes() < bytes || set.empty()) return absl::OkStatus();
    // Ordered before the fsynced write that ends the fold; a fold that is cut off is done again.
    GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, Durability::kBuffered));
    set = WriteSet();
    return absl::OkStatus();
  };
  for (size_t i = 0; i < tasks_.size(); ++i) {
    GLUTWATCH_RETURN_IF_ERROR(MergeInto(tasks_[i], existing[i], &set));
    GLUTWATCH_RETURN_IF_ERROR(write_if(kWriteBytes));
  }
  for (const SeriesId series : series_) {
    set.Put(Table::kTips, EncodeTipKey(series), EncodeTip(tips_->Get(series)));
    GLUTWATCH_RETURN_IF_ERROR(write_if(kWriteBytes));
  }
  GLUTWATCH_RETURN_IF_ERROR(write_if(0));
  tasks_.clear();
  versions_.clear();
  series_.clear();
  return absl::OkStatus();
}

}  // namespace glutwatch::storage
