#include "ingest/feeds/india_places.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sheet/row_parts.h"
#include "sheet/text_encoding.h"

namespace glutwatch::ingest {
namespace {

using sheet::Slug;
using sheet::TrimText;

struct State {
  absl::string_view code;  // ISO 3166-2:IN
  absl::string_view name;
};
// The first name of a code is the one that is kept; the others are older or newer names.
constexpr State kStates[] = {
    {"IN-AN", "Andaman and Nicobar"},
    {"IN-AP", "Andhra Pradesh"},
    {"IN-AR", "Arunachal Pradesh"},
    {"IN-AS", "Assam"},
    {"IN-BR", "Bihar"},
    {"IN-CG", "Chattisgarh"},
    {"IN-CG", "Chhattisgarh"},
    {"IN-CH", "Chandigarh"},
    {"IN-DH", "Dadra and Nagar Haveli and Daman and Diu"},
    {"IN-DL", "NCT of Delhi"},
    {"IN-DL", "Delhi"},
    {"IN-GA", "Goa"},
    {"IN-GJ", "Gujarat"},
    {"IN-HP", "Himachal Pradesh"},
    {"IN-HR", "Haryana"},
    {"IN-JH", "Jharkhand"},
    {"IN-JK", "Jammu and Kashmir"},
    {"IN-KA", "Karnataka"},
    {"IN-KL", "Kerala"},
    {"IN-KL", "Keralam"},
    {"IN-LA", "Ladakh"},
    {"IN-LD", "Lakshadweep"},
    {"IN-MH", "Maharashtra"},
    {"IN-ML", "Meghalaya"},
    {"IN-MN", "Manipur"},
    {"IN-MP", "Madhya Pradesh"},
    {"IN-MZ", "Mizoram"},
    {"IN-NL", "Nagaland"},
    {"IN-OD", "Odisha"},
    {"IN-OD", "Orissa"},
    {"IN-PB", "Punjab"},
    {"IN-PY", "Pondicherry"},
    {"IN-PY", "Puducherry"},
    {"IN-RJ", "Rajasthan"},
    {"IN-SK", "Sikkim"},
    {"IN-TN", "Tamil Nadu"},
    {"IN-TR", "Tripura"},
    {"IN-TS", "Telangana"},
    {"IN-UK", "Uttrakhand"},
    {"IN-UK", "Uttarakhand"},
    {"IN-UP", "Uttar Pradesh"},
    {"IN-WB", "West Bengal"},
};

// Districts of feeds that leave the state out: the Malabar set, and Kerala whole.
struct District {
  absl::string_view name;
  absl::string_view state;
};
constexpr District kDistricts[] = {
    {"Alappuzha", "IN-KL"},  {"Coimbatore", "IN-TN"},
    {"Ernakulam", "IN-KL"},  {"Idukki", "IN-KL"},
    {"Kannur", "IN-KL"},     {"Kasargod", "IN-KL"},
    {"Kollam", "IN-KL"},     {"Kottayam", "IN-KL"},
    {"Kozhikode", "IN-KL"},  {"Malappuram", "IN-KL"},
    {"Palakkad", "IN-KL"},   {"Pathanamthitta", "IN-KL"},
    {"Shivamogga", "IN-KA"}, {"Thiruvananthapuram", "IN-KL"},
    {"Thrissur", "IN-KL"},   {"Uttara Kannada", "IN-KA"},
    {"Wayanad", "IN-KL"},
};

const State* FindState(absl::string_view code) {
  for (const State& state : kStates) {
    if (state.code == code) return &state;
  }
  return nullptr;
}

const State* StateOf(absl::string_view name, absl::string_view district) {
  for (const State& state : kStates) {
    if (absl::EqualsIgnoreCase(state.name, name)) return FindState(state.code);
  }
  if (!name.empty()) return nullptr;
  for (const District& known : kDistricts) {
    if (absl::EqualsIgnoreCase(known.name, district)) return FindState(known.state);
  }
  return nullptr;
}

}  // namespace

std::vector<FeedRegion> IndianRegions(absl::string_view state_name, absl::string_view district) {
  std::vector<FeedRegion> regions = {{"IN", "India", "", "ISO 3166"}};
  state_name = TrimText(state_name);
  district = TrimText(district.substr(0, district.find('(')));
  if (const State* state = StateOf(state_name, district); state != nullptr) {
    regions.push_back({std::string(state->code), std::string(state->name), "IN", "ISO 3166"});
  } else if (!state_name.empty()) {
    regions.push_back(
        {absl::StrCat("IN-", Slug(state_name)), std::string(state_name), "IN", "glutwatch"});
  }
  if (!district.empty()) {
    const std::string parent = regions.back().code;
    regions.push_back(
        {absl::StrCat(parent, "-", Slug(district)), std::string(district), parent, "glutwatch"});
  }
  return regions;
}

}  // namespace glutwatch::ingest
