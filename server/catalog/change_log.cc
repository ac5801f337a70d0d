#include "server/catalog/change_log.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "server/catalog/resource_codec.h"

namespace glutwatch::catalog {
namespace {

using storage::Table;

constexpr uint8_t kVersion = 1;
constexpr char kChangeKey = 'h';  // sequence number (8 bytes, big-endian) follows
constexpr char kAfterChanges = 'i';

std::string ChangeKey(int64_t sequence) {
  std::string key(1, kChangeKey);
  for (int shift = 56; shift >= 0; shift -= 8) {
    key.push_back(static_cast<char>(static_cast<uint64_t>(sequence) >> shift));
  }
  return key;
}

std::optional<int64_t> SequenceOf(absl::string_view key) {
  if (key.size() != 9) return std::nullopt;
  uint64_t sequence = 0;
  for (const char c : key.substr(1)) sequence = (sequence << 8) | static_cast<uint8_t>(c);
  return static_cast<int64_t>(sequence);
}

template <typename T>
std::optional<Resource> DecodeAs(absl::string_view bytes) {
  T value;
  if (!Decode(bytes, &value)) return std::nullopt;
  return Resource(std::move(value));
}

std::optional<Resource> DecodeResource(char kind, absl::string_view bytes) {
  switch (kind) {
    case 'u':
      return DecodeAs<Unit>(bytes);
    case 'r':
      return DecodeAs<Region>(bytes);
    case 'm':
      return DecodeAs<Market>(bytes);
    case 'p':
      return DecodeAs<Product>(bytes);
    default:
      return std::nullopt;
  }
}

std::string EncodeResource(const Resource& resource) {
  return std::visit([](const auto& value) { return Encode(value); }, resource);
}

std::string Encode(const ResourceChange& change) {
  ByteWriter out;
  out.U8(kVersion);
  out.Signed(change.recorded_us);
  out.U8(static_cast<uint8_t>(change.origin));
  out.String(change.author);
  out.String(change.note);
  out.U8(static_cast<uint8_t>(KindOf(change.after)));
  out.String(change.before.has_value() ? EncodeResource(*change.before) : "");
  out.String(EncodeResource(change.after));
  return out.Take();
}

bool Decode(absl::string_view bytes, ResourceChange* change) {
  ByteReader in(bytes);
  if (in.U8() != kVersion) return false;
  change->recorded_us = in.Signed();
  change->origin = static_cast<Origin>(in.U8());
  change->author = in.String();
  change->note = in.String();
  const char kind = static_cast<char>(in.U8());
  const std::string before = in.String();
  std::optional<Resource> after = DecodeResource(kind, in.String());
  if (!before.empty()) change->before = DecodeResource(kind, before);
  if (!in.done() || !after.has_value() || change->origin < Origin::kPerson ||
      change->origin > Origin::kServer) {
    return false;
  }
  change->after = *std::move(after);
  return before.empty() || change->before.has_value();
}

absl::Status Damaged(absl::string_view key) {
  return absl::DataLossError(
      absl::StrCat("table catalog, key \"", absl::Utf8SafeCEscape(key), "\": not a change"));
}

}  // namespace

char KindOf(const Resource& resource) {
  constexpr char kKinds[] = {'u', 'r', 'm', 'p'};  // in the order of the variant
  return kKinds[resource.index()];
}

const std::string& IdOf(const Resource& resource) {
  struct Visitor {
    const std::string& operator()(const Unit& unit) const { return unit.code; }
    const std::string& operator()(const Region& region) const { return region.code; }
    const std::string& operator()(const Market& market) const { return market.id; }
    const std::string& operator()(const Product& product) const { return product.id; }
  };
  return std::visit(Visitor(), resource);
}

std::string ResourceKey(const Resource& resource) {
  return absl::StrCat(std::string(1, KindOf(resource)), IdOf(resource));
}

absl::Status ChangeLog::Load() {
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(database_->ScanBackward(
      Table::kCatalog, std::string(1, kChangeKey), std::string(1, kAfterChanges),
      [&](absl::string_view key, absl::string_view value) {
        ResourceChange newest;
        const std::optional<int64_t> sequence = SequenceOf(key);
        if (!sequence.has_value() || !Decode(value, &newest)) {
          status = Damaged(key);
        } else {
          newest_ = *sequence;
          newest_us_ = newest.recorded_us;
        }
        return false;
      }));
  return status;
}

void ChangeLog::Stage(const ResourceChange& change, storage::WriteSet* set) {
  ++staged_;
  set->Put(Table::kCatalog, ChangeKey(newest_ + staged_), Encode(change));
}

absl::StatusOr<std::vector<ResourceChange>> ChangeLog::List(absl::string_view resource_key,
                                                            int64_t before, int limit) const {
  std::vector<ResourceChange> list;
  if (limit <= 0) return list;
  absl::Status status;
  GLUTWATCH_RETURN_IF_ERROR(database_->ScanBackward(
      Table::kCatalog, std::string(1, kChangeKey), ChangeKey(before),
      [&](absl::string_view key, absl::string_view value) {
        ResourceChange change;
        const std::optional<int64_t> sequence = SequenceOf(key);
        if (!sequence.has_value() || !Decode(value, &change)) {
          status = Damaged(key);
          return false;
        }
        change.sequence = *sequence;
        if (!resource_key.empty() && ResourceKey(change.after) != resource_key) return true;
        list.push_back(std::move(change));
        return static_cast<int>(list.size()) < limit;
      }));
  GLUTWATCH_RETURN_IF_ERROR(status);
  return list;
}

}  // namespace glutwatch::catalog
