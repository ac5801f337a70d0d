#pragma once
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "glutwatch/v1/catalog.pb.h"

namespace glutwatch::ingest {

// Which products and units the names of a feed lead to: what the server's catalog has, and for
// every other name what the server would make of it. An empty book knows spellings only.
//
// It decides which rows of a document are lots of one series, never what is sent of a row: a book
// that lags behind the catalog costs a lot, not a wrong price. Value type.
class NameBook {
 public:
  void Add(const v1::Product& product);
  void Add(const v1::Unit& unit);

  // Equal for names of one product; the product's id if the book has it.
  std::string Product(absl::string_view name) const;
  // Equal for writings of one unit, packs ("90 KG", "90公斤") included.
  std::string Unit(absl::string_view name) const;

 private:
  struct KnownUnit {
    std::string code;
    bool converts = false;  // into a base unit, so that packs of it are units
  };

  // By CanonicalId of each name.
  absl::flat_hash_map<std::string, std::string> products_;
  absl::flat_hash_map<std::string, KnownUnit> units_;
};

}  // namespace glutwatch::ingest
