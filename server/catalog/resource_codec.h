#pragma once
#include <string>

#include "absl/strings/string_view.h"
#include "server/catalog/resources.h"

// Resources as bytes: docs/format/catalog.md. Private to the room.
namespace glutwatch::catalog {

std::string Encode(const Unit& unit);
std::string Encode(const Region& region);
std::string Encode(const Market& market);
std::string Encode(const Product& product);

// False if the bytes are not of a version we know, are cut short, or have a rest.
bool Decode(absl::string_view bytes, Unit* unit);
bool Decode(absl::string_view bytes, Region* region);
bool Decode(absl::string_view bytes, Market* market);
bool Decode(absl::string_view bytes, Product* product);

}  // namespace glutwatch::catalog
