#pragma once
#include <google/protobuf/descriptor.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

// How fields look in YAML: what the reader and the writer must agree on. Private to yaml_*.cc.
namespace glutwatch::yaml {

// An int64 in 1/10,000 that is written as the decimal itself.
inline bool IsDecimal(const google::protobuf::FieldDescriptor& field) {
  return field.cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_INT64 &&
         absl::EndsWith(field.name(), "_e4");
}

// Messages that are one scalar in YAML.
enum class Form { kMapping, kDate, kDuration, kTimestamp };

inline Form FormOf(const google::protobuf::Descriptor& type) {
  if (type.full_name() == "google.type.Date") return Form::kDate;
  if (type.full_name() == "google.protobuf.Duration") return Form::kDuration;
  if (type.full_name() == "google.protobuf.Timestamp") return Form::kTimestamp;
  return Form::kMapping;
}

// "MARKET_KIND_WHOLESALE" -> "wholesale".
inline std::string ShortName(const google::protobuf::EnumValueDescriptor& value) {
  std::string prefix;
  for (const char c : value.type()->name()) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isupper(byte) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(byte);
  }
  prefix += '_';
  const absl::string_view rest = absl::StripPrefix(value.name(), prefix);
  return absl::AsciiStrToLower(rest.empty() ? absl::string_view(value.name()) : rest);
}

}  // namespace glutwatch::yaml
