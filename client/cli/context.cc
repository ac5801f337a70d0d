#include "client/cli/context.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include "client/channel.h"

namespace glutwatch::client {

std::string ToJson(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.add_whitespace = indented;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return ErrorJson(absl::InternalError(status.ToString()));
  while (!json.empty() && json.back() == '\n') json.pop_back();
  return json;
}

void Context::Say(const std::string& text) const {
  if (!quiet && format == Format::kTable) err() << text << std::endl;
}

void Context::MarkSimulated() {
  if (marked_ || quiet || format != Format::kTable) return;
  marked_ = true;
  out() << Paint(T(Msg::kSimulatedBanner), Color::kBold, color()) << "\n";
}

const std::shared_ptr<grpc::Channel>& Context::channel() {
  if (channel_ == nullptr) channel_ = OpenChannel(server);
  return channel_;
}

void Context::ShowList(const Table& table, const google::protobuf::Message& whole,
                       const std::string& items) const {
  if (format == Format::kJson) return ShowJson(whole, true);
  if (format == Format::kJsonl) {
    const auto* field = whole.GetDescriptor()->FindFieldByName(items);
    const auto* reflection = whole.GetReflection();
    for (int i = 0; i < reflection->FieldSize(whole, field); ++i) {
      ShowJson(reflection->GetRepeatedMessage(whole, field, i), false);
    }
    return;
  }
  if (quiet) {
    out() << table.ToIds();
  } else if (format == Format::kCsv) {
    out() << table.ToCsv();
  } else if (table.empty()) {
    err() << T(Msg::kNothing) << "\n";
  } else {
    out() << table.ToText(color());
  }
}

void Context::ShowJson(const google::protobuf::Message& message, bool indented) const {
  out() << ToJson(message, indented) << "\n";
}

}  // namespace glutwatch::client
