#pragma once
#include <string>

namespace glutwatch::offline {

// What the commands of `glutwatch backup` were told.
struct BackupFlags {
  std::string admin;          // address of the operators' services
  std::string from;           // folder of backups; "" asks the server
  std::string id = "latest";  // of a backup
  std::string to;             // restore
  std::string data_dir;       // digest
  std::string as_of;          // digest
  std::string request_id;
  int keep_count = 0;
  int keep_days = 0;
  int mib_per_second = 0;
  bool dry_run = false;
  bool no_wait = false;
  bool skip_verification = false;
};

}  // namespace glutwatch::offline
