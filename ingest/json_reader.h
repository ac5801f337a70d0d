#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace glutwatch::ingest {

// One JSON object with its scalars as text: a number is its shortest decimal (see ShortestDecimal;
// exact up to 15 significant digits), true/false are those words, null is absent. A nested object
// is flattened with dots ("name.en"); a nested array is left out.
class JsonRecord {
 public:
  // nullptr if the key is absent or null. The first of a repeated key wins.
  const std::string* Find(absl::string_view key) const;
  // "" if the key is absent or null.
  absl::string_view Get(absl::string_view key) const;
  // All values joined with '|', for messages.
  std::string Raw() const;

  size_t size() const { return size_; }
  absl::string_view key(size_t i) const { return fields_[i].key; }
  absl::string_view value(size_t i) const { return fields_[i].text; }

  void Clear() { size_ = 0; }
  std::string* Add(absl::string_view key);

 private:
  struct Field {
    std::string key;
    std::string text;
  };
  // Fields keep their strings from record to record; `size_` of them are in use.
  std::vector<Field> fields_;
  size_t size_ = 0;
};

// The largest JSON document that is accepted.
inline constexpr size_t kMaxJsonBytes = size_t{1} << 30;

// Reads a document that is an array of objects, or an object one of whose `list_keys` holds such
// an array (the first that is there). Checks the whole document before the first record, so a
// download that was cut off gives no record at all.
//
// `on_envelope` is called once, before the records, with the scalars of the outer object (empty
// for an array); `on_record` with each object and its 1-based number. A list element that is not
// an object arrives as an empty record. A non-OK status of either stops the reading.
//
// INVALID_ARGUMENT "name: ..." if the document is not JSON or has no such list.
absl::Status ReadJson(absl::string_view name, absl::string_view text,
                      absl::Span<const absl::string_view> list_keys,
                      absl::FunctionRef<absl::Status(const JsonRecord&)> on_envelope,
                      absl::FunctionRef<absl::Status(int64_t number, const JsonRecord&)> on_record);

}  // namespace glutwatch::ingest
