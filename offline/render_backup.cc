#include "offline/render_backup.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/words.h"
#include "client/messages.h"

namespace glutwatch::offline {

using client::Cell;
using client::Color;
using client::Msg;
using client::Table;

namespace {

constexpr size_t kShortDigest = 16;  // enough for people to tell two apart

Cell DigestCell(const std::string& digest) { return {digest.substr(0, kShortDigest), digest}; }

}  // namespace

std::string FormatBytes(int64_t bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  while (size >= 1024 && unit + 1 < std::size(units)) {
    size /= 1024;
    ++unit;
  }
  return unit == 0 ? absl::StrCat(bytes, " B") : absl::StrFormat("%.1f %s", size, units[unit]);
}

Table BackupTable(const v1::ListBackupsResponse& list, client::Language language,
                  absl::TimeZone zone) {
  const auto text = [language](Msg message) { return client::Text(message, language); };
  Table table({{"backup", text(Msg::kColBackup)},
               {"create_time", text(Msg::kColMade)},
               {"newest_record_time", text(Msg::kColCommitsUpTo)},
               {"size_bytes", text(Msg::kColSize), true},
               {"file_count", text(Msg::kColFiles), true},
               {"digest", text(Msg::kColDigest)},
               {"store_epoch", ""},
               {"problem", text(Msg::kColProblem)}});
  for (const v1::Backup& backup : list.backups()) {
    table.AddRow({backup.name(), client::FormatInstant(backup.create_time(), zone),
                  client::FormatInstant(backup.newest_record_time(), zone),
                  Cell(FormatBytes(backup.size_bytes()), absl::StrCat(backup.size_bytes())),
                  absl::StrCat(backup.file_count()), DigestCell(backup.digest()),
                  backup.store_epoch(), Cell(backup.problem(), Color::kRed)});
  }
  return table;
}

Table ContentTable(const v1::StoreContent& content, client::Language language) {
  const auto text = [language](Msg message) { return client::Text(message, language); };
  Table table({{"table", text(Msg::kColTable)},
               {"entries", text(Msg::kColEntries), true},
               {"digest", text(Msg::kColDigest)}});
  table.AddRow(
      {"prices", absl::StrCat(content.version_count()), DigestCell(content.history_digest())});
  for (const v1::TableContent& part : content.tables()) {
    table.AddRow({part.table(), absl::StrCat(part.entry_count()), DigestCell(part.digest())});
  }
  table.AddRow({"*", "", content.digest()});
  return table;
}

}  // namespace glutwatch::offline
