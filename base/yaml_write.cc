#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/day.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "base/yaml_fields.h"
#include "base/yaml_message.h"

namespace glutwatch {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Letters of any script, digits and a few signs in the middle need no quotes.
bool IsPlain(absl::string_view text) {
  constexpr absl::string_view kInner = " _./-+()";
  const std::string lower = absl::AsciiStrToLower(text);
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || lower == "null") return false;
  absl::string_view rest = text;
  char32_t c;
  bool first = true;
  while (TakeCodePoint(&rest, &c)) {
    const bool letter = (c >= 0xC0 && c < 0x2000) || c >= 0x2E80 ||
                        (c < 0x80 && absl::ascii_isalnum(static_cast<unsigned char>(c)));
    const bool inner = c < 0x80 && kInner.find(static_cast<char>(c)) != absl::string_view::npos;
    if (c == 0xFEFF || (!letter && (first || !inner))) return false;
    first = false;
  }
  return rest.empty();
}

std::string Quote(absl::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string out = "\"";
  absl::string_view rest = text;
  char32_t c;
  for (absl::string_view before = rest; TakeCodePoint(&rest, &c); before = rest) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", before.substr(0, 1));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20 || (c >= 0x7F && c <= 0xA0)) {
      absl::StrAppend(&out, "\\x", absl::Hex(static_cast<uint32_t>(c), absl::kZeroPad2));
    } else if (c == 0x2028 || c == 0x2029 || c == 0xFEFF || (c >= 0xFFFE && c <= 0xFFFF)) {
      absl::StrAppend(&out, "\\u", absl::Hex(static_cast<uint32_t>(c), absl::kZeroPad4));
    } else {
      absl::StrAppend(&out, before.substr(0, before.size() - rest.size()));
    }
  }
  return out + "\"";
}

template <typename T>
std::string Shortest(T value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}

int64_t GetInt(const Message& message, const char* field_name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(field_name);
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT64
             ? message.GetReflection()->GetInt64(message, field)
             : message.GetReflection()->GetInt32(message, field);
}

// The scalar that stands for a date, a duration or an instant; "" where there is none (a date
// that the calendar lacks): it is then written with its fields.
std::string ScalarForm(const Message& message) {
  switch (yaml::FormOf(*message.GetDescriptor())) {
    case yaml::Form::kMapping:
      return "";
    case yaml::Form::kDate: {
      const int64_t year = GetInt(message, "year");
      const int64_t month = GetInt(message, "month");
      const int64_t day = GetInt(message, "day");
      if (year < 1 || month < 1 || day < 1) return "";
      const absl::CivilDay civil(year, month, day);
      if (civil.month() != month || civil.day() != day) return "";
      const Day number = ToDay(civil);
      return number < kMinDay || number > kMaxDay ? "" : FormatDay(number);
    }
    case yaml::Form::kDuration: {
      const int64_t seconds = GetInt(message, "seconds");
      const int64_t nanos = GetInt(message, "nanos");
      if (std::abs(seconds) >= 315'576'000'000 || std::abs(nanos) >= 1'000'000'000 ||
          (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0)) {
        return "";
      }
      return absl::FormatDuration(absl::Seconds(seconds) + absl::Nanoseconds(nanos));
    }
    case yaml::Form::kTimestamp: {
      const int64_t seconds = GetInt(message, "seconds");
      const int64_t nanos = GetInt(message, "nanos");
      constexpr int64_t kYear1 = -62'135'596'800;
      constexpr int64_t kYear10000 = 253'402'300'800;
      if (seconds < kYear1 || seconds >= kYear10000 || nanos < 0 || nanos >= 1'000'000'000) {
        return "";
      }
      // RFC 3339 with a four-digit year, which absl's own format does not pad.
      const absl::Time time = absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos);
      return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
    }
  }
  return "";
}

class Writer {
 public:
  // The fields of `message`, one per line, each line indented.
  void WriteFields(const Message& message, const std::string& indent);
  std::string Take() { return std::move(out_); }

 private:
  void WriteList(const Message& message, const FieldDescriptor& field, const std::string& indent);
  void WriteMap(const Message& message, const FieldDescriptor& field, const std::string& indent);
  // " value" or a deeper block, after "key:".
  void WriteValue(const Message& message, const FieldDescriptor& field, int index,
                  const std::string& indent);

  std::string out_;
};

// The scalar of element `index` of a repeated field, or of the field itself if `index` is -1.
std::string Scalar(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool repeated = index >= 0;
#define GLUTWATCH_LOAD(Type) \
  (repeated ? r.GetRepeated##Type(message, &field, index) : r.Get##Type(message, &field))
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(GLUTWATCH_LOAD(Int32));
    case FieldDescriptor::CPPTYPE_INT64: {
      const int64_t value = GLUTWATCH_LOAD(Int64);
      return yaml::IsDecimal(field) ? FormatE4(value) : absl::StrCat(value);
    }
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(GLUTWATCH_LOAD(UInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(GLUTWATCH_LOAD(UInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Shortest(GLUTWATCH_LOAD(Double));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return Shortest(GLUTWATCH_LOAD(Float));
    case FieldDescriptor::CPPTYPE_BOOL:
      return GLUTWATCH_LOAD(Bool) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = GLUTWATCH_LOAD(EnumValue);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      return value == nullptr ? absl::StrCat(number) : yaml::ShortName(*value);
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string value = GLUTWATCH_LOAD(String);
      return Quote(field.type() == FieldDescriptor::TYPE_BYTES ? absl::Base64Escape(value) : value);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
#undef GLUTWATCH_LOAD
  return "";
}

void Writer::WriteFields(const Message& message, const std::string& indent) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    absl::StrAppend(&out_, indent, field->name(), ":");
    if (field->is_map()) {
      WriteMap(message, *field, indent + "  ");
    } else if (field->is_repeated()) {
      WriteList(message, *field, indent + "  ");
    } else {
      WriteValue(message, *field, -1, indent);
    }
  }
}

void Writer::WriteList(const Message& message, const FieldDescriptor& field,
                       const std::string& indent) {
  out_ += '\n';
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    const size_t start = out_.size();
    absl::StrAppend(&out_, indent, "-");
    WriteValue(message, field, i, indent);
    // "-" and a block of keys below it: the first key moves up beside the dash.
    const std::string block_start = absl::StrCat(indent, "-\n", indent, "  ");
    if (out_.compare(start, block_start.size(), block_start) == 0) {
      out_.replace(start, block_start.size(), indent + "- ");
    }
  }
}

void Writer::WriteMap(const Message& message, const FieldDescriptor& field,
                      const std::string& indent) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<std::pair<std::string, int>> keys;  // maps have no order of their own
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const Message& pair = reflection.GetRepeatedMessage(message, &field, i);
    keys.emplace_back(Scalar(pair, *field.message_type()->map_key(), -1), i);
  }
  std::sort(keys.begin(), keys.end());
  out_ += '\n';
  for (const auto& [key, i] : keys) {
    absl::StrAppend(&out_, indent, key, ":");
    WriteValue(reflection.GetRepeatedMessage(message, &field, i),
               *field.message_type()->map_value(), -1, indent);
  }
}

void Writer::WriteValue(const Message& message, const FieldDescriptor& field, int index,
                        const std::string& indent) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    absl::StrAppend(&out_, " ", Scalar(message, field, index), "\n");
    return;
  }
  const Reflection& reflection = *message.GetReflection();
  const Message& value = index >= 0 ? reflection.GetRepeatedMessage(message, &field, index)
                                    : reflection.GetMessage(message, &field);
  const std::string scalar = ScalarForm(value);
  std::vector<const FieldDescriptor*> fields;
  value.GetReflection()->ListFields(value, &fields);
  if (!scalar.empty()) {
    absl::StrAppend(&out_, " ", Quote(scalar), "\n");
  } else if (fields.empty()) {
    out_ += " {}\n";
  } else {
    out_ += '\n';
    WriteFields(value, indent + "  ");
  }
}

}  // namespace

std::string WriteYaml(const Message& message) {
  Writer writer;
  writer.WriteFields(message, "");
  std::string text = writer.Take();
  return text.empty() ? "{}\n" : text;
}

}  // namespace glutwatch
