#include "client/cli/render_changes.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/words.h"

namespace glutwatch::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const Message& Inner(const v1::CatalogResource& resource) {
  switch (resource.resource_case()) {
    case v1::CatalogResource::kUnit:
      return resource.unit();
    case v1::CatalogResource::kRegion:
      return resource.region();
    case v1::CatalogResource::kMarket:
      return resource.market();
    default:
      return resource.product();
  }
}

std::string NameOf(const v1::CatalogResource& resource) {
  if (resource.has_unit()) return absl::StrCat("units/", resource.unit().code());
  if (resource.has_region()) return resource.region().name();
  return resource.has_market() ? resource.market().name() : resource.product().name();
}

std::string MessageText(const Message& message) {
  if (const auto* date = dynamic_cast<const google::type::Date*>(&message)) {
    return FormatDate(*date);
  }
  return ToJson(message, /*indented=*/false);
}

// One element of a repeated field, or the only one if `index` is -1.
std::string ElementText(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  const bool repeated = index >= 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? reflection->GetRepeatedString(message, field, index)
                      : reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return repeated ? reflection->GetRepeatedEnum(message, field, index)->name()
                      : reflection->GetEnum(message, field)->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(repeated ? reflection->GetRepeatedMessage(message, field, index)
                                  : reflection->GetMessage(message, field));
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection->GetInt64(message, field));
    default:  // the catalog has no other ones
      return "?";
  }
}

std::string FieldText(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  if (!field->is_repeated()) {
    if (field->has_presence() && !reflection->HasField(message, field)) return "";
    return ElementText(message, field, -1);
  }
  std::vector<std::string> parts;
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    parts.push_back(ElementText(message, field, i));
  }
  return absl::StrJoin(parts, ",");
}

Msg OriginWord(v1::CatalogChange::Origin origin) {
  switch (origin) {
    case v1::CatalogChange::ORIGIN_FILE:
      return Msg::kOriginFile;
    case v1::CatalogChange::ORIGIN_FEED:
      return Msg::kOriginFeed;
    case v1::CatalogChange::ORIGIN_SERVER:
      return Msg::kOriginServer;
    default:
      return Msg::kOriginPerson;
  }
}

}  // namespace

std::string Differences(const v1::CatalogResource& before, const v1::CatalogResource& after) {
  const Message& old_value = Inner(before);
  const Message& new_value = Inner(after);
  std::vector<std::string> parts;
  const auto* descriptor = new_value.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string from = FieldText(old_value, field);
    const std::string to = FieldText(new_value, field);
    if (from == to) continue;
    parts.push_back(absl::StrCat(field->name(), ": ", from.empty() ? "-" : from, " -> ",
                                 to.empty() ? "-" : to));
  }
  return absl::StrJoin(parts, "; ");
}

Table ChangeTable(const v1::ListCatalogChangesResponse& changes, const Context& context) {
  Table table({{"record_time", context.T(Msg::kColChangedAt)},
               {"name", context.T(Msg::kColResource)},
               {"change", context.T(Msg::kColChange)},
               {"author", context.T(Msg::kColAuthor)},
               {"origin", context.T(Msg::kColOrigin)},
               {"note", context.T(Msg::kColWhy)}},
              /*id_column=*/1);
  for (const v1::CatalogChange& change : changes.changes()) {
    const bool is_new = !change.has_before();
    const std::string text = is_new ? "" : Differences(change.before(), change.after());
    table.AddRow(
        {FormatInstant(change.record_time(), context.env.time_zone),
         NameOf(change.after()),
         is_new ? Cell(context.T(Msg::kChangeNew), "new") : Cell(text),
         change.author(),
         {context.T(OriginWord(change.origin())), v1::CatalogChange::Origin_Name(change.origin())},
         change.note()});
  }
  return table;
}

}  // namespace glutwatch::client
