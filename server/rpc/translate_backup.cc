#include "server/rpc/translate_backup.h"

#include "absl/strings/str_cat.h"
#include "server/rpc/timestamps.h"

namespace glutwatch::rpc {

std::string BackupName(int64_t id) { return absl::StrCat("backups/", id); }

v1::Backup ToProto(const storage::Backup& backup) {
  v1::Backup proto;
  proto.set_name(BackupName(backup.id));
  proto.set_problem(backup.problem);
  if (!backup.good() && backup.created_us == 0) return proto;  // nothing else is known of it
  *proto.mutable_create_time() = ToTimestamp(backup.created_us);
  if (backup.newest_recorded_us > 0) {
    *proto.mutable_newest_record_time() = ToTimestamp(backup.newest_recorded_us);
  }
  proto.set_store_epoch(absl::StrCat(absl::Hex(backup.store_epoch, absl::kZeroPad16)));
  proto.set_store_format(backup.store_format);
  proto.set_size_bytes(backup.bytes);
  proto.set_file_count(backup.files);
  proto.set_digest(storage::DigestText(backup.whole));
  return proto;
}

v1::StoreContent ToProto(const storage::StoreDigest& digest) {
  v1::StoreContent proto;
  proto.set_digest(storage::DigestText(digest.whole));
  proto.set_history_digest(storage::DigestText(digest.history));
  proto.set_quotes_digest(storage::DigestText(digest.quotes));
  proto.set_version_count(digest.versions);
  proto.set_observation_count(digest.observations);
  proto.set_series_count(digest.series);
  if (digest.newest_recorded_us > 0) {
    *proto.mutable_newest_record_time() = ToTimestamp(digest.newest_recorded_us);
  }
  for (const storage::StoreDigest::TableDigest& table : digest.tables) {
    v1::TableContent* to = proto.add_tables();
    to->set_table(table.name);
    to->set_entry_count(table.entries);
    to->set_digest(storage::DigestText(table.sha256));
  }
  return proto;
}

}  // namespace glutwatch::rpc
