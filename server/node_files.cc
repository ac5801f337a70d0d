#include "server/node_files.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/yaml_message.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_facts.h"
#include "server/rpc/translate_warn.h"

namespace glutwatch {
namespace {

// Puts the place in the file in front of a message that begins with a field's path.
absl::Status AtPlace(const absl::Status& status, const std::string& file,
                     const YamlPlaces& places) {
  const absl::string_view message = status.message();
  const std::string place = places.Find(message.substr(0, message.find(':')));
  return absl::Status(status.code(), absl::StrCat(place.empty() ? file : place, ": ", message));
}

}  // namespace

absl::Status LoadCatalogFile(const std::string& file, catalog::Catalog* catalog) {
  rpc::v1::CatalogFile proto;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(file, &proto, &places));
  const auto resources = rpc::FromProto(proto);
  if (!resources.ok()) return AtPlace(resources.status(), file, places);
  const auto changed = catalog->Put(*resources, {.origin = catalog::Origin::kFile,
                                                 .author = std::filesystem::path(file).filename()});
  if (!changed.ok()) return AtPlace(changed.status(), file, places);
  spdlog::info("catalog file={} changed={}", file, *changed);
  return absl::OkStatus();
}

absl::Status LoadFactFile(const std::string& file, catalog::FactBook* facts) {
  rpc::v1::FactFile proto;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(file, &proto, &places));
  const auto read = rpc::FromProto(proto);
  if (!read.ok()) return AtPlace(read.status(), file, places);
  const auto changes = facts->Put(*read);
  if (!changes.ok()) return AtPlace(changes.status(), file, places);
  spdlog::info("facts file={} changed={}", file, changes->size());
  return absl::OkStatus();
}

absl::StatusOr<warn::RulePack> LoadRulePack(const std::string& file) {
  rpc::v1::RulePack proto;
  YamlPlaces places;
  GLUTWATCH_RETURN_IF_ERROR(ReadYamlFile(file, &proto, &places));
  auto pack = rpc::FromProto(proto);
  if (!pack.ok()) return AtPlace(pack.status(), file, places);
  return pack;
}

absl::Status WriteAddressFile(const std::string& path, const Node::Addresses& addresses) {
  const std::string temporary = path + ".tmp";
  {
    std::ofstream out(temporary, std::ios::trunc);
    out << "grpc=" << addresses.grpc << "\n";
    if (!addresses.admin.empty()) out << "admin=" << addresses.admin << "\n";
    if (!addresses.http.empty()) out << "http=" << addresses.http << "\n";
    if (!out.flush()) return absl::UnavailableError(absl::StrCat("cannot write ", temporary));
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) return absl::UnavailableError(absl::StrCat(path, ": ", error.message()));
  return absl::OkStatus();
}

}  // namespace glutwatch
