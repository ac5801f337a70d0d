#pragma once
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "server/observe/intake.h"
#include "sheet/feed_row.h"

// What the intake says of a row, at its cell and in Chinese.
namespace glutwatch::rpc {

// The column, from 1, that a verdict's reason is about; 0 if it is about the whole row.
int32_t ColumnOf(absl::string_view reason, const sheet::PriceColumns& columns);
// The text of that column, as far as the row still knows it; "" for the whole row.
std::string ValueOf(absl::string_view reason, const sheet::FeedRow& row);
// The verdict in Chinese, with the row's values. Every reason of observe::IntakeSession has a
// sentence; an unknown one is quoted.
std::string InChinese(const observe::RowResult& result, const sheet::FeedRow& row);

// "斤 for 公斤?": a price that is about twice or half of the last one. Empty if it is neither.
struct SlipHint {
  std::string reason;  // "ABOUT_DOUBLE", "ABOUT_HALF"
  std::string message;
  std::string message_zh;
};
SlipHint HintOf(const observe::ExaminedRow& row);

}  // namespace glutwatch::rpc
