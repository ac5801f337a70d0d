#include "server/catalog/series_block.h"

#include <array>

#include "base/bytes.h"
#include "server/catalog/interner.h"

namespace glutwatch::catalog {
namespace {

constexpr uint8_t kDefinitionsVersion = 1;
constexpr uint8_t kArrivalsUnitsVersion = 2;

void WriteDictionary(const Interner& dictionary, ByteWriter* out) {
  out->Varint(dictionary.size());
  for (uint32_t i = 0; i < dictionary.size(); ++i) out->String(dictionary.Text(i));
}

std::vector<std::string> ReadDictionary(ByteReader* in) {
  std::vector<std::string> dictionary;
  const uint64_t size = in->Varint();
  for (uint64_t i = 0; i < size && in->ok(); ++i) dictionary.push_back(in->String());
  return dictionary;
}

// False beyond the end of the dictionary.
bool ReadFrom(const std::vector<std::string>& dictionary, ByteReader* in, std::string* text) {
  const uint64_t index = in->Varint();
  if (index >= dictionary.size()) return false;
  *text = dictionary[index];
  return true;
}

}  // namespace

std::string EncodeDefinitions(const SeriesKeyTable& keys,
                              absl::Span<const SeriesKeyTable::Row> rows) {
  Interner dictionary;
  std::vector<uint32_t> markets;
  for (const std::string& market : keys.markets) markets.push_back(dictionary.Intern(market));
  std::vector<std::array<uint32_t, 4>> goods;
  for (const SeriesKeyTable::Goods& one : keys.goods) {
    goods.push_back({dictionary.Intern(one.product), dictionary.Intern(one.grade),
                     dictionary.Intern(one.currency), dictionary.Intern(one.unit)});
  }
  ByteWriter out;
  out.U8(kDefinitionsVersion);
  WriteDictionary(dictionary, &out);
  out.Varint(rows.size());
  for (const SeriesKeyTable::Row& row : rows) {
    out.Varint(markets[row.market]);
    for (const uint32_t text : goods[row.goods]) out.Varint(text);
  }
  return out.Take();
}

bool DecodeDefinitions(absl::string_view bytes, std::vector<SeriesKey>* keys) {
  ByteReader in(bytes);
  if (in.U8() != kDefinitionsVersion) return false;
  const std::vector<std::string> dictionary = ReadDictionary(&in);
  const uint64_t count = in.Varint();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    SeriesKey key;
    for (std::string* text : {&key.market, &key.product, &key.grade, &key.currency, &key.unit}) {
      if (!ReadFrom(dictionary, &in, text)) return false;
    }
    keys->push_back(std::move(key));
  }
  return in.done();
}

std::string EncodeArrivalsUnits(absl::Span<const ArrivalsUnitChange> changes) {
  Interner dictionary;
  ByteWriter rows;
  int64_t previous = 0;
  for (const ArrivalsUnitChange& change : changes) {
    const auto series = static_cast<int64_t>(change.series);
    rows.Signed(series - previous);
    rows.Varint(dictionary.Intern(change.unit));
    previous = series;
  }
  ByteWriter out;
  out.U8(kArrivalsUnitsVersion);
  WriteDictionary(dictionary, &out);
  out.Varint(changes.size());
  return out.Take() + rows.bytes();
}

bool DecodeArrivalsUnits(absl::string_view bytes, std::vector<StoredArrivalsUnit>* changes) {
  ByteReader in(bytes);
  if (in.U8() != kArrivalsUnitsVersion) return false;
  const std::vector<std::string> dictionary = ReadDictionary(&in);
  const uint64_t count = in.Varint();
  int64_t series = 0;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    StoredArrivalsUnit change;
    const int64_t step = in.Signed();
    if (step > UINT32_MAX || step < -int64_t{UINT32_MAX}) return false;
    series += step;
    if (series < 1 || series > UINT32_MAX || !ReadFrom(dictionary, &in, &change.unit)) return false;
    change.series = SeriesId{static_cast<uint32_t>(series)};
    changes->push_back(std::move(change));
  }
  return in.done();
}

}  // namespace glutwatch::catalog
