#pragma once
#include <string>
#include <tuple>

namespace glutwatch::catalog {

// What a warning is about: one product in all markets that lie directly in one region.
struct Group {
  std::string product;  // a product's id
  std::string region;   // a region's code
  bool operator==(const Group&) const = default;
  bool operator<(const Group& other) const {
    return std::tie(region, product) < std::tie(other.region, other.product);
  }
  template <typename H>
  friend H AbslHashValue(H h, const Group& group) {
    return H::combine(std::move(h), group.product, group.region);
  }
};

}  // namespace glutwatch::catalog
