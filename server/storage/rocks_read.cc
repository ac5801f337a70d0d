#include "server/storage/rocks_read.h"

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "server/storage/rocks_options.h"

namespace glutwatch::storage {
namespace {

class RocksCursor final : public Cursor {
 public:
  explicit RocksCursor(rocksdb::Iterator* iterator) : iterator_(iterator) {}
  void Seek(absl::string_view key) override { iterator_->Seek(ToSlice(key)); }
  void Next() override { iterator_->Next(); }
  bool valid() const override { return iterator_->Valid(); }
  absl::string_view key() const override { return FromSlice(iterator_->key()); }
  absl::string_view value() const override { return FromSlice(iterator_->value()); }
  rocksdb::Status status() const { return iterator_->status(); }

 private:
  const std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace

absl::Status FromRocks(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  // Of a table that is missing RocksDB tells the name that LevelDB gave it.
  const std::string message =
      absl::StrReplaceAll(absl::StrCat(what, ": ", status.ToString()), {{".ldb:", ".sst:"}});
  if (status.IsNotFound()) return absl::NotFoundError(message);
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(absl::StrCat("DISK_FULL: ", message));
  if (status.IsInvalidArgument()) return absl::FailedPreconditionError(message);
  if (status.IsIOError() && absl::StrContains(message, "lock")) {
    return absl::FailedPreconditionError(message);
  }
  return absl::UnavailableError(message);
}

absl::StatusOr<std::string> GetFrom(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle,
                                    Table table, absl::string_view key) {
  std::string value;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), handle, ToSlice(key), &value);
  if (status.ok()) return value;
  if (status.IsNotFound()) {
    return absl::NotFoundError(absl::StrCat("no such key in table ", TableName(table)));
  }
  return FromRocks(status, absl::StrCat("cannot read table ", TableName(table)));
}

absl::Status ScanIn(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle, Table table,
                    absl::string_view begin, absl::string_view end,
                    const std::function<bool(absl::string_view, absl::string_view)>& visit) {
  rocksdb::ReadOptions how;
  const rocksdb::Slice upper = ToSlice(end);
  if (!end.empty()) how.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(how, handle));
  for (it->Seek(ToSlice(begin)); it->Valid(); it->Next()) {
    if (!visit(FromSlice(it->key()), FromSlice(it->value()))) break;
  }
  return FromRocks(it->status(), absl::StrCat("cannot read table ", TableName(table)));
}

absl::Status ScanBackwardIn(
    rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle, Table table, absl::string_view begin,
    absl::string_view end, const std::function<bool(absl::string_view, absl::string_view)>& visit) {
  rocksdb::ReadOptions how;
  const rocksdb::Slice lower = ToSlice(begin);
  how.iterate_lower_bound = &lower;
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(how, handle));
  if (end.empty()) {
    it->SeekToLast();
  } else {
    it->SeekForPrev(ToSlice(end));
    if (it->Valid() && it->key() == ToSlice(end)) it->Prev();
  }
  for (; it->Valid(); it->Prev()) {
    if (!visit(FromSlice(it->key()), FromSlice(it->value()))) break;
  }
  return FromRocks(it->status(), absl::StrCat("cannot read table ", TableName(table)));
}

absl::Status WalkIn(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* handle, Table table,
                    const std::function<absl::Status(Cursor*)>& walk) {
  RocksCursor cursor(db->NewIterator(rocksdb::ReadOptions(), handle));
  GLUTWATCH_RETURN_IF_ERROR(walk(&cursor));
  return FromRocks(cursor.status(), absl::StrCat("cannot read table ", TableName(table)));
}

}  // namespace glutwatch::storage
