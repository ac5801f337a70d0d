#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "server/storage/backup.h"
#include "tests/storage/price_store_fixture.h"

namespace glutwatch::storage {

inline std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
inline void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Relative path -> content of every regular file under `folder`.
inline std::map<std::string, std::string> FilesOf(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[std::filesystem::relative(entry.path(), folder).string()] = ReadBytes(entry.path());
  }
  return files;
}

// A store with chunks and a journal, and a folder for its backups.
class BackupTest : public PriceStoreTest {
 protected:
  std::string backups() const { return dir_.File("backups"); }

  // Rows that are folded and rows that are not, a correction among them.
  void Fill() {
    MustAppend("a", {Row(1, 20'000, 30'000), Row(2, 20'000, 31'000), Row(1, 20'400, 29'000)});
    ASSERT_THAT(store_->Fold(), ::glutwatch::testing::IsOk());
    MustAppend("b", {Row(1, 20'000, 30'500), Row(7, 20'001, 9'000)});
  }
  // About `mib` MiB that do not compress, in table files.
  void FillBulk(int mib) {
    uint64_t random = 1;
    for (int i = 0; i < mib * 16; ++i) {
      std::string value(64 << 10, '\0');
      for (char& c : value) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        c = static_cast<char>(random >> 56);
      }
      WriteSet set;
      set.Put(Table::kReports, absl::StrCat("bulk", i), value);
      ASSERT_THAT(database_->Write(set, Durability::kBuffered), ::glutwatch::testing::IsOk());
    }
  }
  CreateBackupOptions At(absl::Duration since_start = absl::ZeroDuration()) const {
    CreateBackupOptions options;
    options.now_us = absl::ToUnixMicros(clock_.Now() + since_start);
    return options;
  }
  Backup MustCreate(const CreateBackupOptions& options) {
    auto backup = CreateBackup(database_.get(), backups(), options);
    EXPECT_THAT(backup, ::glutwatch::testing::IsOk());
    return backup.ok() ? *std::move(backup) : Backup();
  }
  Backup MustCreate() { return MustCreate(At()); }
  StoreDigest MustDigest(int64_t as_of_us = PriceStore::kNow) {
    DigestOptions options;
    options.as_of_us = as_of_us;
    auto digest = DigestStore(*database_, options);
    EXPECT_THAT(digest, ::glutwatch::testing::IsOk());
    return digest.ok() ? *std::move(digest) : StoreDigest();
  }
  std::vector<int64_t> GoodIds() {
    std::vector<int64_t> ids;
    auto list = ListBackups(backups());
    EXPECT_THAT(list, ::glutwatch::testing::IsOk());
    for (const Backup& backup : *list) {
      if (backup.good()) ids.push_back(backup.id);
    }
    return ids;
  }
};

}  // namespace glutwatch::storage
