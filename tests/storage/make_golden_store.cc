// Makes a folder for golden_store/: run it once for each new format, with the program that writes
// it, and check the folder in. Prints the digest of its content.
#include <cstdio>
#include <filesystem>
#include <string>

#include "server/storage/digest.h"
#include "tests/storage/golden_content.h"

namespace {

absl::Status Make(const std::string& folder) {
  using namespace glutwatch::storage;
  DatabaseOptions options;
  options.path = folder;
  {
    GLUTWATCH_ASSIGN_OR_RETURN(const auto database, Database::Open(options));
    GLUTWATCH_RETURN_IF_ERROR(WriteGoldenContent(database.get()));
    // Opening again writes the log to tables; what is written then stays in the log.
  }
  GLUTWATCH_ASSIGN_OR_RETURN(const auto database, Database::Open(options));
  WriteSet set;
  set.Put(Table::kMeta, "price/probe", "");
  GLUTWATCH_RETURN_IF_ERROR(database->Write(set, Durability::kFsynced));
  GLUTWATCH_ASSIGN_OR_RETURN(const StoreDigest digest, DigestStore(*database, {}));
  std::printf("%s\n", DigestText(digest.whole).c_str());
  return absl::OkStatus();
}

// What RocksDB writes for people and for itself only.
void RemoveExtras(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "HOLDER" || name == "LOCK" || name.rfind("LOG", 0) == 0 ||
        name.rfind("OPTIONS-", 0) == 0) {
      std::filesystem::remove(entry.path());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_golden_store NEW_FOLDER\n");
    return 2;
  }
  const absl::Status status = Make(argv[1]);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  RemoveExtras(argv[1]);
  return 0;
}
