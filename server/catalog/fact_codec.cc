#include "server/catalog/fact_codec.h"

#include "base/bytes.h"

namespace glutwatch::catalog {
namespace {

constexpr uint8_t kVersion = 1;

// One list of fields for both ways: a Writer puts them, a Reader fills them.
class Writer {
 public:
  explicit Writer(ByteWriter* out) : out_(*out) {}
  void operator()(const std::string& text) { out_.String(text); }
  void operator()(int64_t value) { out_.Signed(value); }
  void operator()(int value) { out_.Signed(value); }
  void operator()(bool value) { out_.U8(value ? 1 : 0); }
  void operator()(Day day) { out_.Signed(DayNumber(day)); }
  void operator()(Cadence cadence) { out_.U8(static_cast<uint8_t>(cadence)); }
  void operator()(const SeasonWindow& window) {
    (*this)(window.start_month_day);
    (*this)(window.end_month_day);
  }
  template <typename T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value.has_value()) (*this)(*value);
  }
  template <typename T>
  void operator()(const std::vector<T>& values) {
    out_.Varint(values.size());
    for (const T& value : values) (*this)(value);
  }

 private:
  ByteWriter& out_;
};

class Reader {
 public:
  explicit Reader(ByteReader* in) : in_(*in) {}
  void operator()(std::string& text) { text = in_.String(); }
  void operator()(int64_t& value) { value = in_.Signed(); }
  void operator()(int& value) { value = Within(INT32_MIN, INT32_MAX); }
  void operator()(bool& value) { value = in_.U8() != 0; }
  void operator()(Day& day) { day = Day{Within(DayNumber(kMinDay), DayNumber(kMaxDay))}; }
  void operator()(Cadence& cadence) {
    cadence = static_cast<Cadence>(in_.U8());
    if (cadence < Cadence::kDaily || cadence > Cadence::kMonthly) in_.MarkDamaged();
  }
  void operator()(SeasonWindow& window) {
    (*this)(window.start_month_day);
    (*this)(window.end_month_day);
  }
  template <typename T>
  void operator()(std::optional<T>& value) {
    bool present = false;
    (*this)(present);
    value.reset();
    if (present) (*this)(value.emplace());
  }
  template <typename T>
  void operator()(std::vector<T>& values) {
    const uint64_t count = in_.Varint();
    for (uint64_t i = 0; i < count && in_.ok(); ++i) (*this)(values.emplace_back());
  }

 private:
  int32_t Within(int32_t least, int32_t most) {
    const int64_t value = in_.Signed();
    if (least <= value && value <= most) return static_cast<int32_t>(value);
    in_.MarkDamaged();
    return least;
  }
  ByteReader& in_;
};

// Calls `f` with every field of a content, in the order on disk.
template <typename F, typename T>
void Fields(F& f, T& content) {
  using Content = std::remove_const_t<T>;
  const auto all = [&f](auto&... fields) { (f(fields), ...); };
  if constexpr (std::is_same_v<Content, CountyListing>) {
    all(content.list, content.region);
  } else if constexpr (std::is_same_v<Content, QuotaRate>) {
    all(content.scheme, content.region, content.rate_percent_e4, content.base, content.list);
  } else if constexpr (std::is_same_v<Content, PlantingCeiling>) {
    all(content.product, content.region, content.area_e4, content.unit);
  } else if constexpr (std::is_same_v<Content, FestivalDate>) {
    all(content.festival, content.date);
  } else if constexpr (std::is_same_v<Content, Institution>) {
    all(content.display_name, content.field, content.region, content.successor);
  } else if constexpr (std::is_same_v<Content, Farmland>) {
    all(content.region, content.area_e4, content.unit);
  } else if constexpr (std::is_same_v<Content, StorageCapacity>) {
    all(content.region, content.site, content.capacity_e4, content.unit);
  } else if constexpr (std::is_same_v<Content, SeasonCalendar>) {
    all(content.product, content.region, content.growing, content.marketing);
  } else if constexpr (std::is_same_v<Content, ReportingDuty>) {
    all(content.kind, content.product, content.regions, content.cadence, content.grace_days,
        content.responsible, content.season);
  } else {
    static_assert(std::is_same_v<Content, TypicalYield>);
    all(content.product, content.region, content.yield_e4, content.unit);
  }
}

template <typename F, typename T>
void CommonFields(F& f, T& fact) {
  f(fact.source.title);
  f(fact.source.number);
  f(fact.source.publisher);
  f(fact.source.url);
  f(fact.source.published);
  f(fact.source.clause);
  f(fact.valid_from);
  f(fact.valid_to);
  f(fact.example);
  f(fact.note);
}

// Makes `content` the alternative of index `index`; false if there is none.
template <size_t I = 0>
bool Emplace(size_t index, FactContent* content) {
  if constexpr (I == std::variant_size_v<FactContent>) {
    return false;
  } else {
    if (index != I) return Emplace<I + 1>(index, content);
    content->emplace<I>();
    return true;
  }
}

}  // namespace

std::string EncodeFact(const Fact& fact) {
  ByteWriter out;
  Writer write(&out);
  out.U8(kVersion);
  CommonFields(write, fact);
  out.U8(static_cast<uint8_t>(fact.content.index()));
  std::visit([&write](const auto& content) { Fields(write, content); }, fact.content);
  return out.Take();
}

bool DecodeFact(absl::string_view bytes, Fact* fact) {
  ByteReader in(bytes);
  Reader read(&in);
  if (in.U8() != kVersion) return false;
  CommonFields(read, *fact);
  if (!Emplace(in.U8(), &fact->content)) return false;
  std::visit([&read](auto& content) { Fields(read, content); }, fact->content);
  return in.done();
}

}  // namespace glutwatch::catalog
