#pragma once
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/language.h"
#include "glutwatch/v1/catalog.pb.h"

namespace glutwatch::client {

namespace v1 = ::glutwatch::v1;
class Context;

// What resources are called: by people, not by programs.
//
// Regions and products always print with their local (Chinese) names; in English the English name
// follows in brackets. A market's name is long: in English it is the English one alone.
class NameBook {
 public:
  explicit NameBook(Language language) : language_(language) {}

  void Add(const v1::Region& region);
  void Add(const v1::Market& market);
  void Add(const v1::Product& product);

  // By resource name; the last part of the name if it is not in the book; "" for "".
  std::string Region(const std::string& name) const { return Find(regions_, name); }
  std::string Market(const std::string& name) const { return Find(markets_, name); }
  std::string Product(const std::string& name) const { return Find(products_, name); }
  // The market's region; "" if unknown.
  std::string RegionOfMarket(const std::string& market) const;

 private:
  std::string Join(const std::string& local, const std::string& english) const;
  static std::string Find(const std::map<std::string, std::string>& names, const std::string& name);

  Language language_;
  std::map<std::string, std::string> regions_;
  std::map<std::string, std::string> markets_;
  std::map<std::string, std::string> products_;
  std::map<std::string, std::string> market_regions_;
};

// Fetches the names of all regions, markets and products.
absl::StatusOr<NameBook> LoadNames(Context* context);

// The resource name of a region argument: "530000", "regions/530000" or a name ("云南省").
// NOT_FOUND if no region is called so, INVALID_ARGUMENT names the candidates if several are.
absl::StatusOr<std::string> ResolveRegion(Context* context, const std::string& argument);

}  // namespace glutwatch::client
