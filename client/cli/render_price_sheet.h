#pragma once
#include "client/cli/names.h"
#include "client/cli/table.h"
#include "client/language.h"
#include "glutwatch/v1/sheet.pb.h"

namespace glutwatch::client {

// What each row would change, with the change in percent.
Table PriceChangeTable(const v1::ImportPriceSheetResponse& response, const NameBook& names,
                       Language language);

}  // namespace glutwatch::client
