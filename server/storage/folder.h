#pragma once
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/storage/chunk_codec.h"
#include "server/storage/database.h"
#include "server/storage/head.h"
#include "server/storage/journal.h"
#include "server/storage/tips.h"

namespace glutwatch::storage {

// Folds sealed epochs into chunks, oldest first, on a thread of its own.
//
// A version is known by (day, lot, recorded_us), so that folding the same epoch again, after a
// crash or a full disk in the middle, changes nothing. Thread-safe; private to the room.
class Folder {
 public:
  Folder(Database* database, Head* head, TipTable* tips, Journal* journal)
      : database_(database), head_(head), tips_(tips), journal_(journal) {}
  ~Folder() { Stop(); }

  void Start();
  // Ends within one write; what is not folded stays in the journal.
  void Stop();
  // There is a sealed epoch.
  void Wake();
  // Waits until the epoch and all before it are folded. The error if folding fails meanwhile.
  absl::Status WaitUntilFolded(int64_t epoch_id);
  // Waits until the head holds less than `limit` bytes. The error if folding has failed: it is
  // tried again every kRetryInterval.
  absl::Status WaitForRoom(int64_t limit);
  int64_t folds() const;

 private:
  // The new versions of one chunk, at [begin, end) of versions_.
  struct Task {
    ChunkKey key;
    size_t begin = 0;
    size_t end = 0;
  };

  void Run();
  bool stopping() const;
  absl::Status Fold(const HeadEpoch& epoch);
  void AddSeries(const HeadEpoch& epoch, SeriesId series);
  absl::Status WriteSlice();
  absl::StatusOr<std::vector<std::string>> LoadChunks() const;
  bool MayExist(const ChunkKey& key) const;
  absl::Status MergeInto(const Task& task, absl::string_view existing, WriteSet* set);

  Database* const database_;
  Head* const head_;
  TipTable* const tips_;
  Journal* const journal_;
  std::vector<Version> versions_;  // of the slice, by task
  std::vector<Task> tasks_;        // ascending by key
  std::vector<SeriesId> series_;   // of the slice
  std::thread thread_;
  mutable Mutex mu_;
  CondVar changed_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  int64_t folded_id_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t folds_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status error_ ABSL_GUARDED_BY(mu_);  // of the last try
};

}  // namespace glutwatch::storage
