#pragma once
#include <string>

#include "absl/time/time.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "glutwatch/v1/admin.pb.h"

// Backups and what they hold, as tables for people and programs.
namespace glutwatch::offline {

client::Table BackupTable(const v1::ListBackupsResponse& list, client::Language language,
                          absl::TimeZone zone);
client::Table ContentTable(const v1::StoreContent& content, client::Language language);

// "1.4 GiB".
std::string FormatBytes(int64_t bytes);

}  // namespace glutwatch::offline
