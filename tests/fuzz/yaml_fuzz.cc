// Any bytes as each YAML file that the programs read; the first byte chooses which. What is read
// is written back to a file that reads to the same message; a refusal names the file.
#include <google/protobuf/util/message_differencer.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "base/yaml_message.h"
#include "glutwatch/config/v1/scenario.pb.h"
#include "glutwatch/config/v1/server.pb.h"
#include "glutwatch/v1/catalog.pb.h"
#include "glutwatch/v1/reference.pb.h"
#include "glutwatch/v1/warn.pb.h"
#include "server/rpc/translate_catalog.h"
#include "server/rpc/translate_facts.h"
#include "server/rpc/translate_warn.h"
#include "sheet/feed_mapping.h"
#include "sheet/report_mapping.h"

using namespace glutwatch;  // NOLINT(google-build-using-namespace): a fuzz target

namespace {

std::unique_ptr<google::protobuf::Message> MakeMessage(int which) {
  switch (which) {
    case 0:
      return std::make_unique<config::v1::ServerConfig>();
    case 1:
      return std::make_unique<config::v1::FeedMapping>();
    case 2:
      return std::make_unique<config::v1::ReportMapping>();
    case 3:
      return std::make_unique<config::v1::Scenario>();
    case 4:
      return std::make_unique<v1::CatalogFile>();
    case 5:
      return std::make_unique<v1::RulePack>();
    default:
      return std::make_unique<v1::FactFile>();
  }
}

// What the programs do with the message next.
void Translate(int which, const google::protobuf::Message& message, absl::string_view text) {
  if (which == 1) sheet::ParseFeedMapping(text, "f.yaml").status().IgnoreError();
  if (which == 2) sheet::ParseReportMapping(text, "f.yaml").status().IgnoreError();
  if (which == 4) (void)rpc::FromProto(static_cast<const v1::CatalogFile&>(message));
  if (which == 5) (void)rpc::FromProto(static_cast<const v1::RulePack&>(message));
  if (which == 6) (void)rpc::FromProto(static_cast<const v1::FactFile&>(message));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const int which = data[0] % 7;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto message = MakeMessage(which);
  const absl::Status read = ReadYaml(text, "f.yaml", message.get());
  if (!read.ok()) {
    if (!absl::IsInvalidArgument(read) || !absl::StrContains(read.message(), "f.yaml")) {
      std::abort();
    }
    return 0;
  }
  const auto again = MakeMessage(which);
  if (!ReadYaml(WriteYaml(*message), "again.yaml", again.get()).ok()) std::abort();
  if (!google::protobuf::util::MessageDifferencer::Equals(*message, *again)) std::abort();
  Translate(which, *message, text);
  return 0;
}
