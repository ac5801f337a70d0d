#include "server/catalog/resource_codec.h"

#include "base/bytes.h"

namespace glutwatch::catalog {
namespace {

constexpr uint8_t kVersion = 1;   // of units and regions
constexpr uint8_t kVersion2 = 2;  // of markets and products: with their standing

void WriteStrings(const std::vector<std::string>& strings, ByteWriter* out) {
  out->Varint(strings.size());
  for (const std::string& text : strings) out->String(text);
}

// Calls `read_one` as often as the count says; stops at the end of the bytes, so that a damaged
// count costs no memory.
template <typename ReadOne>
void ReadMany(ByteReader* in, const ReadOne& read_one) {
  const uint64_t count = in->Varint();
  for (uint64_t i = 0; i < count && in->ok(); ++i) read_one();
}

std::vector<std::string> ReadStrings(ByteReader* in) {
  std::vector<std::string> strings;
  ReadMany(in, [&] { strings.push_back(in->String()); });
  return strings;
}

void WriteDay(Day day, ByteWriter* out) { out->Signed(DayNumber(day)); }
Day ReadDay(ByteReader* in) { return Day{static_cast<int32_t>(in->Signed())}; }

void WriteOptionalDay(const std::optional<Day>& day, ByteWriter* out) {
  out->U8(day.has_value() ? 1 : 0);
  if (day.has_value()) WriteDay(*day, out);
}
std::optional<Day> ReadOptionalDay(ByteReader* in) {
  if (in->U8() == 0) return std::nullopt;
  return ReadDay(in);
}

void WriteStanding(const Standing& standing, ByteWriter* out) {
  WriteOptionalDay(standing.retired_date, out);
  out->String(standing.merged_into);
  out->Signed(standing.merged_us);
}
Standing ReadStanding(ByteReader* in) {
  Standing standing;
  standing.retired_date = ReadOptionalDay(in);
  standing.merged_into = in->String();
  standing.merged_us = in->Signed();
  return standing;
}

void WritePosition(const std::optional<GeoPoint>& position, ByteWriter* out) {
  out->U8(position.has_value() ? 1 : 0);
  if (!position.has_value()) return;
  out->Double(position->latitude);
  out->Double(position->longitude);
}
std::optional<GeoPoint> ReadPosition(ByteReader* in) {
  if (in->U8() == 0) return std::nullopt;
  GeoPoint point;
  point.latitude = in->Double();
  point.longitude = in->Double();
  return point;
}

void WriteCost(const ProductionCost& cost, ByteWriter* out) {
  out->String(cost.region);
  out->U8(static_cast<uint8_t>(cost.cost_concept));
  out->String(cost.currency);
  out->Signed(cost.cost_e4);
  out->String(cost.season);
  out->String(cost.source);
  WriteDay(cost.valid_from, out);
  WriteOptionalDay(cost.valid_to, out);
}
ProductionCost ReadCost(ByteReader* in) {
  ProductionCost cost;
  cost.region = in->String();
  cost.cost_concept = static_cast<CostConcept>(in->U8());
  cost.currency = in->String();
  cost.cost_e4 = in->Signed();
  cost.season = in->String();
  cost.source = in->String();
  cost.valid_from = ReadDay(in);
  cost.valid_to = ReadOptionalDay(in);
  return cost;
}

}  // namespace

std::string Encode(const Unit& unit) {
  ByteWriter out;
  out.U8(kVersion);
  out.String(unit.code);
  out.U8(static_cast<uint8_t>(unit.dimension));
  out.U8(unit.base_quantity_e4.has_value() ? 1 : 0);
  if (unit.base_quantity_e4.has_value()) out.Signed(*unit.base_quantity_e4);
  WriteStrings(unit.aliases, &out);
  return out.Take();
}

bool Decode(absl::string_view bytes, Unit* unit) {
  ByteReader in(bytes);
  if (in.U8() != kVersion) return false;
  unit->code = in.String();
  unit->dimension = static_cast<Dimension>(in.U8());
  if (in.U8() != 0) unit->base_quantity_e4 = in.Signed();
  unit->aliases = ReadStrings(&in);
  return in.done() && unit->dimension <= Dimension::kTime;
}

std::string Encode(const Region& region) {
  ByteWriter out;
  out.U8(kVersion);
  out.String(region.code);
  out.String(region.parent);
  out.String(region.code_system);
  out.String(region.display_name);
  out.String(region.display_name_en);
  WritePosition(region.position, &out);
  return out.Take();
}

bool Decode(absl::string_view bytes, Region* region) {
  ByteReader in(bytes);
  if (in.U8() != kVersion) return false;
  region->code = in.String();
  region->parent = in.String();
  region->code_system = in.String();
  region->display_name = in.String();
  region->display_name_en = in.String();
  region->position = ReadPosition(&in);
  return in.done();
}

std::string Encode(const Market& market) {
  ByteWriter out;
  out.U8(kVersion2);
  out.String(market.id);
  out.String(market.region);
  out.U8(static_cast<uint8_t>(market.kind));
  out.String(market.display_name);
  out.String(market.display_name_en);
  out.String(market.time_zone);
  WritePosition(market.position, &out);
  WriteStrings(market.aliases, &out);
  WriteStanding(market.standing, &out);
  return out.Take();
}

bool Decode(absl::string_view bytes, Market* market) {
  ByteReader in(bytes);
  const uint8_t version = in.U8();
  if (version != kVersion && version != kVersion2) return false;
  market->id = in.String();
  market->region = in.String();
  market->kind = static_cast<MarketKind>(in.U8());
  market->display_name = in.String();
  market->display_name_en = in.String();
  market->time_zone = in.String();
  market->position = ReadPosition(&in);
  if (version == kVersion2) {
    market->aliases = ReadStrings(&in);
    market->standing = ReadStanding(&in);
  }
  return in.done() && market->kind >= MarketKind::kWholesale &&
         market->kind <= MarketKind::kFarmGate;
}

std::string Encode(const Product& product) {
  ByteWriter out;
  out.U8(kVersion2);
  out.String(product.id);
  out.String(product.display_name);
  out.String(product.display_name_en);
  out.String(product.category);
  out.U8(product.shelf_life_days.has_value() ? 1 : 0);
  if (product.shelf_life_days.has_value()) out.Signed(*product.shelf_life_days);
  out.U8(static_cast<uint8_t>(product.dimension));
  WriteStrings(product.aliases, &out);
  out.Varint(product.costs.size());
  for (const ProductionCost& cost : product.costs) WriteCost(cost, &out);
  out.Varint(product.green_channel.size());
  for (const GreenChannelMembership& member : product.green_channel) {
    WriteDay(member.valid_from, &out);
    WriteOptionalDay(member.valid_to, &out);
    out.String(member.source);
  }
  out.Varint(product.kilograms_per_piece.size());
  for (const auto& [grade, kilograms] : product.kilograms_per_piece) {
    out.String(grade);
    out.Double(kilograms);
  }
  WriteStanding(product.standing, &out);
  return out.Take();
}

bool Decode(absl::string_view bytes, Product* product) {
  ByteReader in(bytes);
  const uint8_t version = in.U8();
  if (version != kVersion && version != kVersion2) return false;
  product->id = in.String();
  product->display_name = in.String();
  product->display_name_en = in.String();
  product->category = in.String();
  if (in.U8() != 0) product->shelf_life_days = static_cast<int>(in.Signed());
  product->dimension = static_cast<Dimension>(in.U8());
  product->aliases = ReadStrings(&in);
  ReadMany(&in, [&] { product->costs.push_back(ReadCost(&in)); });
  ReadMany(&in, [&] {
    GreenChannelMembership member;
    member.valid_from = ReadDay(&in);
    member.valid_to = ReadOptionalDay(&in);
    member.source = in.String();
    product->green_channel.push_back(std::move(member));
  });
  ReadMany(&in, [&] {
    std::string grade = in.String();
    product->kilograms_per_piece[std::move(grade)] = in.Double();
  });
  if (version == kVersion2) product->standing = ReadStanding(&in);
  return in.done() && product->dimension <= Dimension::kVolume;
}

}  // namespace glutwatch::catalog
