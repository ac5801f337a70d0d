#include "base/yaml_message.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/day.h"
#include "base/decimal.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "base/yaml_fields.h"

namespace glutwatch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kMaxDepth = 64;              // nested messages
constexpr int64_t kMaxValues = 5'000'000;  // a few aliases could otherwise stand for billions
constexpr size_t kQuotedBytes = 60;        // of a bad value, in a message

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// "did you mean "kind"?", or every known key where none is near.
std::string KnownKeys(const Descriptor& type, absl::string_view key) {
  std::vector<std::string> names;
  std::string nearest;
  size_t nearest_distance = std::max<size_t>(2, key.size() / 3) + 1;
  for (int i = 0; i < type.field_count(); ++i) {
    names.push_back(type.field(i)->name());
    const size_t distance = EditDistance(key, names.back());
    if (distance < nearest_distance) {
      nearest_distance = distance;
      nearest = names.back();
    }
  }
  if (!nearest.empty()) return absl::StrCat("did you mean \"", nearest, "\"?");
  if (names.empty()) return "expected no keys here";
  return absl::StrCat("expected one of ", absl::StrJoin(names, ", "));
}

// A value and where it stands. `path` is the field's: "markets[3].kind".
struct Place {
  const YAML::Node& node;
  std::string path;
  YAML::Mark key_mark;  // of the key that leads here: an absent value has no mark of its own
};

class Reader {
 public:
  Reader(absl::string_view file_name, YamlPlaces* places)
      : file_name_(file_name), places_(places) {}

  absl::Status ReadMapping(const Place& at, Message* message);

 private:
  YAML::Mark MarkOf(const Place& at) const {
    const YAML::Mark mark = at.node.Mark();
    return at.node.IsNull() || mark.is_null() ? at.key_mark : mark;
  }
  absl::Status Wrong(const Place& at, absl::string_view what) const {
    const YAML::Mark mark = MarkOf(at);
    return absl::InvalidArgumentError(
        absl::StrCat(file_name_, ":", mark.line + 1, ":", mark.column + 1, ": ",
                     at.path.empty() ? "the document" : at.path, ": ", what));
  }
  absl::Status WrongValue(const Place& at, absl::string_view expected) const {
    const std::string& value = at.node.Scalar();
    return Wrong(at,
                 absl::StrCat("is \"", value.substr(0, kQuotedBytes), "\", expected ", expected));
  }
  absl::Status ReadField(const Place& at, const FieldDescriptor& field, Message* message);
  absl::Status ReadList(const Place& at, const FieldDescriptor& field, Message* message);
  absl::Status ReadMap(const Place& at, const FieldDescriptor& field, Message* message);
  absl::Status ReadValue(const Place& at, const FieldDescriptor& field, Message* message);
  absl::Status ReadScalar(const Place& at, const FieldDescriptor& field, Message* message);
  absl::Status ReadInt64(const Place& at, const FieldDescriptor& field, Message* message);
  absl::Status ReadEnum(const Place& at, const FieldDescriptor& field, Message* message);
  absl::Status ReadSubmessage(const Place& at, Message* message);
  absl::Status ReadDate(const Place& at, Message* message);

  const std::string file_name_;
  YamlPlaces* const places_;
  int depth_ = 0;
  int64_t values_ = 0;
};

void SetInt(Message* message, const char* field_name, int64_t value) {
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(field_name);
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    message->GetReflection()->SetInt64(message, field, value);
  } else {
    message->GetReflection()->SetInt32(message, field, static_cast<int32_t>(value));
  }
}

// Sets seconds and nanos, both of the sign of `duration`; false if it is beyond `limit`.
bool SetSecondsAndNanos(absl::Duration duration, absl::Duration limit, Message* message) {
  if (duration > limit || duration < -limit) return false;
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  SetInt(message, "seconds", seconds);
  SetInt(message, "nanos", absl::ToInt64Nanoseconds(rest));
  return true;
}

absl::Status Reader::ReadMapping(const Place& at, Message* message) {
  if (!at.node.IsMap()) return Wrong(at, "expected keys and values");
  if (++depth_ > kMaxDepth) {
    return Wrong(at, absl::StrCat("is nested deeper than ", kMaxDepth, " levels"));
  }
  std::set<std::string> seen;
  for (const auto& entry : at.node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "(not a name)";
    const std::string path = at.path.empty() ? key : absl::StrCat(at.path, ".", key);
    const Place here{entry.second, path, entry.first.Mark()};
    const Place key_place{entry.first, path, entry.first.Mark()};
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(key);
    if (field == nullptr) {
      return Wrong(key_place,
                   absl::StrCat("unknown key, ", KnownKeys(*message->GetDescriptor(), key)));
    }
    if (!seen.insert(key).second) return Wrong(key_place, "is there twice, expected once");
    const google::protobuf::OneofDescriptor* oneof = field->real_containing_oneof();
    if (oneof != nullptr && message->GetReflection()->HasOneof(*message, oneof)) {
      return Wrong(key_place, absl::StrCat("another choice of \"", oneof->name(),
                                           "\" is set already, expected one"));
    }
    GLUTWATCH_RETURN_IF_ERROR(ReadField(here, *field, message));
  }
  --depth_;
  return absl::OkStatus();
}

absl::Status Reader::ReadField(const Place& at, const FieldDescriptor& field, Message* message) {
  if (places_ != nullptr) {
    places_->Add(at.path, absl::StrCat(file_name_, ":", MarkOf(at).line + 1));
  }
  if (field.is_map()) return ReadMap(at, field, message);
  if (field.is_repeated()) return ReadList(at, field, message);
  return ReadValue(at, field, message);
}

absl::Status Reader::ReadList(const Place& at, const FieldDescriptor& field, Message* message) {
  if (!at.node.IsSequence()) return Wrong(at, "expected a list");
  size_t index = 0;
  for (const YAML::Node& item : at.node) {
    const Place here{item, absl::StrCat(at.path, "[", index++, "]"), at.key_mark};
    if (places_ != nullptr) {
      places_->Add(here.path, absl::StrCat(file_name_, ":", MarkOf(here).line + 1));
    }
    GLUTWATCH_RETURN_IF_ERROR(ReadValue(here, field, message));
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadMap(const Place& at, const FieldDescriptor& field, Message* message) {
  if (!at.node.IsMap()) return Wrong(at, "expected keys and values");
  std::set<std::string> seen;
  for (const auto& entry : at.node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const std::string path = absl::StrCat(at.path, "[", key, "]");
    const Place key_place{entry.first, path, entry.first.Mark()};
    if (!entry.first.IsScalar()) return Wrong(key_place, "expected a name as the key");
    if (!seen.insert(key).second) return Wrong(key_place, "is there twice, expected once");
    if (places_ != nullptr) {
      places_->Add(path, absl::StrCat(file_name_, ":", entry.first.Mark().line + 1));
    }
    Message* pair = message->GetReflection()->AddMessage(message, &field);
    GLUTWATCH_RETURN_IF_ERROR(ReadValue(key_place, *field.message_type()->map_key(), pair));
    const Place value_place{entry.second, path, entry.first.Mark()};
    GLUTWATCH_RETURN_IF_ERROR(ReadValue(value_place, *field.message_type()->map_value(), pair));
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadValue(const Place& at, const FieldDescriptor& field, Message* message) {
  if (++values_ > kMaxValues) {
    return Wrong(at, absl::StrCat("the file holds more than ", kMaxValues, " values"));
  }
  if (at.node.IsNull()) return Wrong(at, "has no value: expected one, or the key left out");
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const Reflection* reflection = message->GetReflection();
    return ReadSubmessage(at, field.is_repeated() ? reflection->AddMessage(message, &field)
                                                  : reflection->MutableMessage(message, &field));
  }
  if (!at.node.IsScalar()) return Wrong(at, "expected one value, found a list or keys");
  return ReadScalar(at, field, message);
}

// Sets or appends, whatever the field is.
#define GLUTWATCH_STORE(Type, value)                                                 \
  (field.is_repeated() ? message->GetReflection()->Add##Type(message, &field, value) \
                       : message->GetReflection()->Set##Type(message, &field, value))

absl::Status Reader::ReadInt64(const Place& at, const FieldDescriptor& field, Message* message) {
  int64_t value = 0;
  if (yaml::IsDecimal(field)) {
    const absl::StatusOr<int64_t> value_e4 = ParseE4(at.node.Scalar());
    if (!value_e4.ok()) return Wrong(at, value_e4.status().message());
    value = *value_e4;
  } else if (!absl::SimpleAtoi(at.node.Scalar(), &value)) {
    return WrongValue(at, "a whole number of at most 64 bits");
  }
  GLUTWATCH_STORE(Int64, value);
  return absl::OkStatus();
}

absl::Status Reader::ReadScalar(const Place& at, const FieldDescriptor& field, Message* message) {
  const std::string& text = at.node.Scalar();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return ReadInt64(at, field, message);
    case FieldDescriptor::CPPTYPE_ENUM:
      return ReadEnum(at, field, message);
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t value = 0;
      if (!absl::SimpleAtoi(text, &value)) {
        return WrongValue(at, "a whole number of at most 32 bits");
      }
      GLUTWATCH_STORE(Int32, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      uint32_t value = 0;
      if (!absl::SimpleAtoi(text, &value)) return WrongValue(at, "a whole number from 0 to 2^32-1");
      GLUTWATCH_STORE(UInt32, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      uint64_t value = 0;
      if (!absl::SimpleAtoi(text, &value)) return WrongValue(at, "a whole number from 0 to 2^64-1");
      GLUTWATCH_STORE(UInt64, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT: {
      double value = 0;
      if (!absl::SimpleAtod(text, &value) || !std::isfinite(value)) {
        return WrongValue(at, "a finite number");
      }
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
        GLUTWATCH_STORE(Double, value);
        return absl::OkStatus();
      }
      if (std::abs(value) > std::numeric_limits<float>::max()) {
        return WrongValue(at, "a number of at most 3.4e38");
      }
      GLUTWATCH_STORE(Float, static_cast<float>(value));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return WrongValue(at, "true or false");
      GLUTWATCH_STORE(Bool, text == "true");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value = text;
      if (field.type() == FieldDescriptor::TYPE_BYTES && !absl::Base64Unescape(text, &value)) {
        return WrongValue(at, "base64");
      }
      GLUTWATCH_STORE(String, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return Wrong(at, "expected one value");
}

absl::Status Reader::ReadEnum(const Place& at, const FieldDescriptor& field, Message* message) {
  const EnumDescriptor& type = *field.enum_type();
  const std::string wanted = absl::AsciiStrToLower(at.node.Scalar());
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    names.push_back(yaml::ShortName(*type.value(i)));
    if (wanted == names.back() || wanted == absl::AsciiStrToLower(type.value(i)->name())) {
      GLUTWATCH_STORE(EnumValue, type.value(i)->number());
      return absl::OkStatus();
    }
  }
  return WrongValue(at, absl::StrCat("one of ", absl::StrJoin(names, ", ")));
}
#undef GLUTWATCH_STORE

absl::Status Reader::ReadDate(const Place& at, Message* message) {
  const absl::StatusOr<Day> day = ParseDay(at.node.Scalar());
  if (!day.ok()) return Wrong(at, day.status().message());
  const absl::CivilDay civil = ToCivil(*day);
  SetInt(message, "year", civil.year());
  SetInt(message, "month", civil.month());
  SetInt(message, "day", civil.day());
  return absl::OkStatus();
}

absl::Status Reader::ReadSubmessage(const Place& at, Message* message) {
  const yaml::Form form = yaml::FormOf(*message->GetDescriptor());
  if (form == yaml::Form::kMapping || at.node.IsMap()) return ReadMapping(at, message);
  if (!at.node.IsScalar()) return Wrong(at, "expected one value, found a list");
  if (form == yaml::Form::kDate) return ReadDate(at, message);
  if (form == yaml::Form::kDuration) {
    absl::Duration duration;
    if (!absl::ParseDuration(at.node.Scalar(), &duration) ||
        !SetSecondsAndNanos(duration, absl::Seconds(315'576'000'000), message)) {
      return WrongValue(at, "a duration such as 15s, 2m30s or 100ms");
    }
    return absl::OkStatus();
  }
  absl::Time time;
  std::string ignored;
  if (!absl::ParseTime(absl::RFC3339_full, at.node.Scalar(), &time, &ignored)) {
    return WrongValue(at, "an instant such as 2026-03-01T05:40:00Z");
  }
  // Floored seconds, so that nanos are never negative.
  const int64_t seconds = absl::ToUnixSeconds(time);
  SetInt(message, "seconds", seconds);
  SetInt(message, "nanos", absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds)));
  return absl::OkStatus();
}

absl::Status ReadDocument(const std::string& text, absl::string_view file_name, Message* message,
                          YamlPlaces* places) {
  const std::vector<YAML::Node> documents = YAML::LoadAll(text);
  if (documents.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(file_name, ":", documents[1].Mark().line + 1,
                                                   ":1: a second document, expected one"));
  }
  if (documents.empty() || documents[0].IsNull()) return absl::OkStatus();
  return Reader(file_name, places).ReadMapping({documents[0], "", documents[0].Mark()}, message);
}

}  // namespace

std::string YamlPlaces::Find(absl::string_view path) const {
  while (true) {
    const auto found = places_.find(path);
    if (found != places_.end()) return found->second;
    const size_t end = path.find_last_of(".[");
    if (end == absl::string_view::npos) return "";
    path = path.substr(0, end);
  }
}

absl::Status ReadYaml(absl::string_view text, absl::string_view file_name, Message* message,
                      YamlPlaces* places) {
  message->Clear();
  const size_t valid = ValidUtf8Prefix(text);
  if (valid < text.size()) {
    const absl::string_view before = text.substr(0, valid);
    const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return absl::InvalidArgumentError(absl::StrCat(
        file_name, ":", std::count(before.begin(), before.end(), '\n') + 1, ":",
        valid - line_start + 1, ": byte 0x",
        absl::Hex(static_cast<unsigned char>(text[valid]), absl::kZeroPad2), ", expected UTF-8"));
  }
  // The one place that calls yaml-cpp, which throws.
  try {
    return ReadDocument(std::string(text), file_name, message, places);
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(file_name, ":", e.mark.line + 1, ":",
                                                   e.mark.column + 1, ": broken YAML: ", e.msg));
  } catch (const std::exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(file_name, ":1:1: broken YAML: ", e.what()));
  }
}

absl::Status ReadYamlFile(const std::string& path, Message* message, YamlPlaces* places) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  return ReadYaml(text, path, message, places);
}

}  // namespace glutwatch
