#include "server/storage/source_names.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "server/storage/bytes.h"

namespace glutwatch::storage {
namespace {

constexpr char kKeyPrefix[] = "price/source/";  // then the number, BE16; on disk

}  // namespace

absl::Status SourceNames::Load(const Database& database) {
  MutexLock lock(&mu_);
  const std::string prefix = kKeyPrefix;
  std::string end = prefix;
  ++end.back();
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(
      database.Scan(Table::kMeta, prefix, end, [&](absl::string_view key, absl::string_view value) {
        if (key.size() != prefix.size() + 2 ||
            GetBe16(key.data() + prefix.size()) != names_.size()) {
          status = absl::DataLossError(
              absl::StrCat("table meta: source ", names_.size(), " is missing"));
          return false;
        }
        numbers_[std::string(value)] = static_cast<uint16_t>(names_.size());
        names_.emplace_back(value);
        return true;
      }));
  kept_ = names_.size();
  return status;
}

absl::StatusOr<uint16_t> SourceNames::Intern(absl::string_view name, WriteSet* set) {
  MutexLock lock(&mu_);
  const auto known = numbers_.find(name);
  if (known != numbers_.end()) return known->second;
  if (names_.size() >= kMaxSources) {
    return absl::ResourceExhaustedError(
        absl::StrCat("source \"", name, "\": the store has ", kMaxSources, " sources already"));
  }
  const auto number = static_cast<uint16_t>(names_.size());
  names_.emplace_back(name);
  numbers_[std::string(name)] = number;
  std::string key = kKeyPrefix;
  PutBe16(number, &key);
  set->Put(Table::kMeta, key, name);
  return number;
}

void SourceNames::Keep() {
  MutexLock lock(&mu_);
  kept_ = names_.size();
}

void SourceNames::TakeBack() {
  MutexLock lock(&mu_);
  while (names_.size() > kept_) {
    numbers_.erase(names_.back());
    names_.pop_back();
  }
}

std::string SourceNames::Name(uint16_t source) const {
  MutexLock lock(&mu_);
  return source < names_.size() ? names_[source] : std::string();
}

}  // namespace glutwatch::storage
