#include "server/storage/journal.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"

namespace glutwatch::storage {
namespace {

// Keys of table meta; on disk.
constexpr char kFoldedKey[] = "price/folded_us";
constexpr char kFromKey[] = "price/journal_from_us";
constexpr char kKeepKey[] = "price/journal_keep_us";

void PutPosition(const char* key, int64_t us, WriteSet* set) {
  std::string value;
  PutBe64(static_cast<uint64_t>(us), &value);
  set->Put(Table::kMeta, key, value);
}

absl::Status GetPosition(const Database& database, const char* key, int64_t* us) {
  const absl::StatusOr<std::string> value = database.Get(Table::kMeta, key);
  if (absl::IsNotFound(value.status())) return absl::OkStatus();
  GLUTWATCH_RETURN_IF_ERROR(value.status());
  if (value->size() != 8) {
    return absl::DataLossError(
        absl::StrCat("table meta, key ", key, ": ", value->size(), " bytes, expected 8"));
  }
  *us = static_cast<int64_t>(GetBe64(value->data()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> ReadFoldedUs(const Database& database) {
  int64_t folded_us = 0;
  GLUTWATCH_RETURN_IF_ERROR(GetPosition(database, kFoldedKey, &folded_us));
  return folded_us;
}

absl::StatusOr<int64_t> NewestCommitUs(const Database& database) {
  GLUTWATCH_ASSIGN_OR_RETURN(int64_t newest_us, ReadFoldedUs(database));
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(database.ScanBackward(
      Table::kJournal, "", "", [&](absl::string_view key, absl::string_view /*value*/) {
        const absl::StatusOr<int64_t> recorded_us = DecodeJournalKey(key);
        status = recorded_us.status();
        if (status.ok()) newest_us = std::max(newest_us, *recorded_us);
        return false;
      }));
  GLUTWATCH_RETURN_IF_ERROR(status);
  return newest_us;
}

absl::Status Journal::Load() {
  MutexLock lock(&mu_);
  int64_t folded = 0;
  GLUTWATCH_RETURN_IF_ERROR(GetPosition(*database_, kFoldedKey, &folded));
  GLUTWATCH_RETURN_IF_ERROR(GetPosition(*database_, kFromKey, &from_us_));
  GLUTWATCH_RETURN_IF_ERROR(GetPosition(*database_, kKeepKey, &keep_after_us_));
  stored_keep_us_ = keep_after_us_;
  folded_us_ = folded;
  if (from_us_ > folded) {
    return absl::DataLossError(absl::StrCat("table meta: the journal begins after ", from_us_,
                                            ", but only commits up to ", folded, " are folded"));
  }
  return database_->Scan(Table::kJournal, EncodeJournalKey(from_us_ + 1), "",
                         [&](absl::string_view key, absl::string_view value) {
                           if (key.size() == 8) {
                             const auto us = static_cast<int64_t>(GetBe64(key.data()));
                             entries_.emplace_back(us, value.size());
                             bytes_ += static_cast<int64_t>(value.size());
                           }
                           return true;
                         });
}

absl::Status Journal::Replay(int64_t after_us, int64_t to_us,
                             const std::function<absl::Status(JournalEntry)>& visit) const {
  if (after_us >= to_us) return absl::OkStatus();
  const std::string end =
      to_us == std::numeric_limits<int64_t>::max() ? std::string() : EncodeJournalKey(to_us + 1);
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(
      database_->Scan(Table::kJournal, EncodeJournalKey(after_us + 1), end,
                      [&](absl::string_view key, absl::string_view value) {
                        const absl::StatusOr<int64_t> recorded_us = DecodeJournalKey(key);
                        status = recorded_us.status();
                        if (!status.ok()) return false;
                        absl::StatusOr<JournalEntry> entry = DecodeJournal(*recorded_us, value);
                        status = entry.ok() ? visit(*std::move(entry)) : entry.status();
                        return status.ok();
                      }));
  return status;
}

absl::Status Journal::CheckReaches(int64_t after_us) const {
  MutexLock lock(&mu_);
  if (after_us >= from_us_) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the journal holds the commits after ",
                                                    from_us_, ", but those after ", after_us,
                                                    " were asked for"));
}

void Journal::Added(int64_t recorded_us, size_t bytes) {
  MutexLock lock(&mu_);
  entries_.emplace_back(recorded_us, bytes);
  bytes_ += static_cast<int64_t>(bytes);
}

void Journal::Dropped(int64_t recorded_us) {
  MutexLock lock(&mu_);
  for (auto it = entries_.rbegin(); it != entries_.rend() && it->first >= recorded_us; ++it) {
    if (it->first != recorded_us) continue;
    bytes_ -= static_cast<int64_t>(it->second);
    entries_.erase(std::next(it).base());
    return;
  }
}

int64_t Journal::bytes() const {
  MutexLock lock(&mu_);
  return bytes_;
}

absl::Status Journal::KeepAfter(int64_t recorded_us) {
  MutexLock lock(&mu_);
  keep_after_us_ = recorded_us;
  // What is stored may lag behind: it only keeps more. It may not run ahead.
  if (recorded_us >= stored_keep_us_) return absl::OkStatus();
  WriteSet set;
  PutPosition(kKeepKey, recorded_us, &set);
  GLUTWATCH_RETURN_IF_ERROR(database_->Write(set, Durability::kBuffered));
  stored_keep_us_ = recorded_us;
  return absl::OkStatus();
}

void Journal::Trim(int64_t folded_us, WriteSet* set) {
  MutexLock lock(&mu_);
  trimming_folded_us_ = folded_us;
  trimming_from_us_ = std::max(from_us_, std::min(folded_us, keep_after_us_));
  PutPosition(kFoldedKey, folded_us, set);
  if (trimming_from_us_ > from_us_) {
    set->DeleteRange(Table::kJournal, EncodeJournalKey(0), EncodeJournalKey(trimming_from_us_ + 1));
    PutPosition(kFromKey, trimming_from_us_, set);
  }
  if (keep_after_us_ != stored_keep_us_) {
    PutPosition(kKeepKey, keep_after_us_, set);
  }
  trimming_keep_us_ = keep_after_us_;
}

void Journal::Trimmed() {
  folded_us_.store(trimming_folded_us_, std::memory_order_release);
  MutexLock lock(&mu_);
  from_us_ = trimming_from_us_;
  stored_keep_us_ = trimming_keep_us_;
  while (!entries_.empty() && entries_.front().first <= from_us_) {
    bytes_ -= static_cast<int64_t>(entries_.front().second);
    entries_.pop_front();
  }
}

}  // namespace glutwatch::storage
