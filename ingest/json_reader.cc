#include "ingest/json_reader.h"

#include <simdjson.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "sheet/numbers.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::ShortestDecimal;
using sheet::StripBom;

namespace dom = simdjson::dom;

constexpr int kMaxNesting = 4;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

void AddFields(dom::object object, absl::string_view prefix, int depth, JsonRecord* record);

void AddField(absl::string_view key, dom::element value, int depth, JsonRecord* record) {
  switch (value.type()) {
    case dom::element_type::STRING:
      record->Add(key)->assign(value.get_string().value_unsafe());
      break;
    case dom::element_type::INT64:
      *record->Add(key) = absl::StrCat(value.get_int64().value_unsafe());
      break;
    case dom::element_type::UINT64:
      *record->Add(key) = absl::StrCat(value.get_uint64().value_unsafe());
      break;
    case dom::element_type::DOUBLE:
      *record->Add(key) = ShortestDecimal(value.get_double().value_unsafe());
      break;
    case dom::element_type::BOOL:
      *record->Add(key) = value.get_bool().value_unsafe() ? "true" : "false";
      break;
    case dom::element_type::OBJECT:
      if (depth < kMaxNesting) {
        AddFields(value.get_object().value_unsafe(), absl::StrCat(key, "."), depth + 1, record);
      }
      break;
    case dom::element_type::ARRAY:
    case dom::element_type::NULL_VALUE:
      break;
  }
}

void AddFields(dom::object object, absl::string_view prefix, int depth, JsonRecord* record) {
  for (const dom::key_value_pair field : object) {
    if (prefix.empty()) {
      AddField(View(field.key), field.value, depth, record);
    } else {
      AddField(absl::StrCat(prefix, View(field.key)), field.value, depth, record);
    }
  }
}

// The list of records in `root`; its envelope's scalars go to `envelope`.
absl::Status FindList(absl::string_view name, dom::element root,
                      absl::Span<const absl::string_view> list_keys, JsonRecord* envelope,
                      dom::array* list) {
  if (root.get_array().get(*list) == simdjson::SUCCESS) return absl::OkStatus();
  dom::object object;
  if (root.get_object().get(object) == simdjson::SUCCESS) {
    AddFields(object, "", 0, envelope);
    for (const absl::string_view key : list_keys) {
      if (object.at_key({key.data(), key.size()}).get_array().get(*list) == simdjson::SUCCESS) {
        return absl::OkStatus();
      }
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": JSON has no list of records, expected an array or an object with \"",
                   absl::StrJoin(list_keys, "\" or \""), "\""));
}

}  // namespace

const std::string* JsonRecord::Find(absl::string_view key) const {
  for (size_t i = 0; i < size_; ++i) {
    if (fields_[i].key == key) return &fields_[i].text;
  }
  return nullptr;
}

absl::string_view JsonRecord::Get(absl::string_view key) const {
  const std::string* text = Find(key);
  return text == nullptr ? absl::string_view() : absl::string_view(*text);
}

std::string JsonRecord::Raw() const {
  return absl::StrJoin(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(size_), "|",
                       [](std::string* out, const Field& field) { out->append(field.text); });
}

std::string* JsonRecord::Add(absl::string_view key) {
  if (size_ == fields_.size()) fields_.emplace_back();
  Field& field = fields_[size_++];
  field.key.assign(key.data(), key.size());
  field.text.clear();
  return &field.text;
}

absl::Status ReadJson(
    absl::string_view name, absl::string_view text, absl::Span<const absl::string_view> list_keys,
    absl::FunctionRef<absl::Status(const JsonRecord&)> on_envelope,
    absl::FunctionRef<absl::Status(int64_t number, const JsonRecord&)> on_record) {
  text = StripBom(text);
  if (text.size() > kMaxJsonBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": JSON of ", text.size(), " bytes, expected at most ", kMaxJsonBytes));
  }
  dom::parser parser;
  dom::element root;
  const simdjson::error_code error =
      parser.parse(simdjson::padded_string(text.data(), text.size())).get(root);
  if (error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": not JSON: ", simdjson::error_message(error)));
  }
  JsonRecord record;
  dom::array list;
  GLUTWATCH_RETURN_IF_ERROR(FindList(name, root, list_keys, &record, &list));
  GLUTWATCH_RETURN_IF_ERROR(on_envelope(record));
  int64_t number = 0;
  for (const dom::element element : list) {
    record.Clear();
    dom::object object;
    if (element.get_object().get(object) == simdjson::SUCCESS) AddFields(object, "", 0, &record);
    GLUTWATCH_RETURN_IF_ERROR(on_record(++number, record));
  }
  return absl::OkStatus();
}

}  // namespace glutwatch::ingest
