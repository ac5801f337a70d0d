#pragma once
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace glutwatch {

// Where each field of a message came from: a field path such as "markets[3].kind" -> "file:line".
//
// Lets a later check, which knows only the message, still name the place in the file.
class YamlPlaces {
 public:
  void Add(std::string path, std::string place) { places_[std::move(path)] = std::move(place); }
  // The place of `path`, or of its nearest parent that was in the file; "" if there is none. An
  // element of a list is "markets[3]", a value of a map "kilograms_per_piece[big]".
  std::string Find(absl::string_view path) const;

 private:
  std::map<std::string, std::string, std::less<>> places_;
};

// Reads one YAML document into `message` (cleared first), by reflection: a key is a field's
// proto name, an enum value its name with or without the enum's prefix in any case
// ("wholesale"), a google.type.Date "2026-03-01", a google.protobuf.Duration "15s" (absl's
// syntax), a google.protobuf.Timestamp RFC 3339. Decimals in "..._e4" fields are written as the
// number itself: `cost_e4: 1.75` reads 17500; bytes are base64; numbers are finite.
//
// `file_name` is used in messages only. INVALID_ARGUMENT says "file:line:column: key: what was
// wrong, what was expected": broken YAML, an unknown or repeated key, a value of the wrong type
// or out of range. Thread-safe; no I/O.
absl::Status ReadYaml(absl::string_view text, absl::string_view file_name,
                      google::protobuf::Message* message, YamlPlaces* places = nullptr);

// As ReadYaml, from a file. NOT_FOUND if it cannot be opened.
absl::Status ReadYamlFile(const std::string& path, google::protobuf::Message* message,
                          YamlPlaces* places = nullptr);

// Writes `message` so that ReadYaml gives it back field for field: proto field names in number
// order, unset fields left out, maps by key, decimals and dates as above. What a file may not say
// (NaN, an enum number without a name, a decimal beyond kMaxE4) does not read back.
std::string WriteYaml(const google::protobuf::Message& message);

}  // namespace glutwatch
