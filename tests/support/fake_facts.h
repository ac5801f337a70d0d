#pragma once
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/catalog/facts.h"

namespace glutwatch::testing {

// Facts that a test states, for whoever only asks for limits: the first that is valid counts, of
// the very region and product. Takes no writes and keeps no versions.
class FakeFacts final : public catalog::FactBook {
 public:
  using Fact = catalog::Fact;
  using FactPtr = std::shared_ptr<const Fact>;

  void Add(Fact fact) { facts_.push_back(std::make_shared<const Fact>(std::move(fact))); }

  absl::StatusOr<std::vector<Change>> Put(absl::Span<const Fact> /*facts*/,
                                          bool /*validate_only*/) override {
    return absl::UnimplementedError("a test's facts are added with Add");
  }
  FactPtr Find(absl::string_view /*id*/, int64_t /*as_of_us*/) const override { return nullptr; }
  std::vector<FactPtr> Versions(absl::string_view /*id*/) const override { return {}; }
  std::vector<FactPtr> List(int /*kind_index*/, int64_t /*as_of_us*/) const override { return {}; }

  FactPtr FarmlandOf(absl::string_view region, const When& when) const override {
    return First<catalog::Farmland>(when, [&](const auto& f) { return f.region == region; });
  }
  FactPtr CapacityOf(absl::string_view region, absl::string_view site,
                     const When& when) const override {
    return First<catalog::StorageCapacity>(
        when, [&](const auto& c) { return c.region == region && c.site == site; });
  }
  FactPtr YieldOf(absl::string_view product, absl::string_view region,
                  const When& when) const override {
    return First<catalog::TypicalYield>(
        when, [&](const auto& y) { return y.product == product && y.region == region; });
  }
  FactPtr CeilingOf(absl::string_view /*product*/, absl::string_view /*region*/,
                    const When& /*when*/) const override {
    return nullptr;
  }
  FactPtr SeasonOf(absl::string_view /*product*/, absl::string_view /*region*/,
                   const When& /*when*/) const override {
    return nullptr;
  }
  bool IsListed(absl::string_view /*list*/, absl::string_view /*region*/,
                const When& /*when*/) const override {
    return false;
  }
  std::vector<FactPtr> DutiesOn(const When& /*when*/) const override { return {}; }

 private:
  template <typename Content, typename Matches>
  FactPtr First(const When& when, const Matches& matches) const {
    for (const FactPtr& fact : facts_) {
      const auto* content = std::get_if<Content>(&fact->content);
      if (content != nullptr && fact->ValidOn(when.day) && (!fact->example || when.examples) &&
          matches(*content)) {
        return fact;
      }
    }
    return nullptr;
  }

  std::vector<FactPtr> facts_;
};

}  // namespace glutwatch::testing
