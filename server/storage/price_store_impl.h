#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/storage/classifier.h"
#include "server/storage/folder.h"
#include "server/storage/head.h"
#include "server/storage/journal.h"
#include "server/storage/journal_codec.h"
#include "server/storage/price_store.h"
#include "server/storage/series_reader.h"
#include "server/storage/source_names.h"
#include "server/storage/tips.h"

namespace glutwatch::storage {

// A queue, one writer thread that commits groups of batches, and the folder behind it.
class PriceStoreImpl final : public PriceStore {
 public:
  PriceStoreImpl(Database* database, const Clock* clock, const PriceStoreOptions& options);
  // Commits what is queued, then stops. Folds nothing: the journal has it.
  ~PriceStoreImpl() override;

  // Replays the journal and starts the threads. Once, before anything else.
  absl::Status Start();

  void AppendAsync(Batch batch, std::function<void(absl::StatusOr<Receipt>)> done) override;
  absl::StatusOr<std::vector<Version>> Read(SeriesId series, Day from, Day to,
                                            int64_t as_of_us) const override;
  absl::StatusOr<std::vector<Version>> ReadVersions(SeriesId series, Day from,
                                                    Day to) const override;
  absl::Status ReadManyColumns(absl::Span<const SeriesId> series, Day from, Day to,
                               int64_t as_of_us, ColumnSet columns, PriceColumns* scratch,
                               const ColumnVisitor& visit) const override {
    return reader_.ReadManyColumns(series, from, to, as_of_us, columns, scratch, visit);
  }
  std::optional<SeriesTip> Tip(SeriesId series) const override;
  int64_t newest_recorded_us() const override { return head_.visible_us(); }
  void SetChangeListener(ChangeListener listener) override;
  absl::Status ReplayChanges(int64_t after_us, const ChangeListener& visit) const override;
  void KeepJournalAfter(int64_t recorded_us) override;
  std::string SourceName(uint16_t source) const override { return sources_.Name(source); }
  absl::Status Fold() override;
  Stats stats() const override;

 private:
  using Done = std::function<void(absl::StatusOr<Receipt>)>;
  struct Pending {
    Batch batch;
    Done done;
  };
  // One batch of a group on its way.
  struct Commit {
    Pending pending;
    absl::Status error;
    StoredReceipt stored;
    bool staged = false;  // rows, journal value and receipt wait for the group's write
    bool waits = false;   // the answer does: staged, or a resend of what is staged
  };

  absl::Status LoadTips();
  absl::Status ReplayJournal();
  absl::Status ReplayEntry(JournalEntry entry);

  void RunWriter();
  std::vector<Pending> TakeGroup();
  void CommitGroup(std::vector<Pending> group);
  absl::Status Probe();
  void Stage(Commit* commit, WriteSet* set);
  absl::Status FindReceipt(const Batch& batch, Commit* commit);
  void RollBack(std::vector<Commit>* commits, const absl::Status& why);
  void Publish(const std::vector<Commit>& commits);
  void ApplyTips(absl::Span<const BatchRow> rows, int64_t recorded_us);
  void SealIfLarge();

  Database* const database_;
  const Clock* const clock_;
  const PriceStoreOptions options_;
  Head head_;
  TipTable tips_;
  Journal journal_;
  SourceNames sources_;
  const SeriesReader reader_;
  Folder folder_;

  // Writer thread only.
  Classifier classifier_;
  int64_t last_recorded_us_ = 0;
  bool write_failed_ = false;
  absl::flat_hash_map<std::string, StoredReceipt> group_receipts_;
  ChangeListener listener_;

  std::atomic<int64_t> commits_{0};
  std::atomic<int64_t> rows_appended_{0};
  mutable Mutex mu_;
  CondVar queue_changed_;
  std::deque<Pending> queue_ ABSL_GUARDED_BY(mu_);
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  int64_t seals_asked_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t seals_done_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t newest_sealed_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::thread writer_;
};

}  // namespace glutwatch::storage
