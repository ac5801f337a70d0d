#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace glutwatch::catalog {

// Strings to dense numbers from 0 and back; each string is kept once, for good. Private to the
// room.
class Interner {
 public:
  uint32_t Intern(absl::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    texts_.emplace_back(text);  // a deque: the map's views stay valid
    const auto number = static_cast<uint32_t>(texts_.size() - 1);
    numbers_.emplace(texts_.back(), number);
    return number;
  }
  std::optional<uint32_t> Find(absl::string_view text) const {
    const auto found = numbers_.find(text);
    if (found == numbers_.end()) return std::nullopt;
    return found->second;
  }
  const std::string& Text(uint32_t number) const { return texts_[number]; }
  size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;
  absl::flat_hash_map<absl::string_view, uint32_t> numbers_;
};

}  // namespace glutwatch::catalog
