#pragma once
#include <vector>

#include "server/report/amount.h"
#include "server/report/kind_rules.h"
#include "server/report/report.h"

namespace glutwatch::report {

// Adds what is wrong with the figures of a report of `kind`, whose rule is `rule`. Makes them what
// is kept: units as codes, currency in capitals, no unit or currency where there is no figure.
void CheckFigures(Kind kind, const KindRule& rule, UnitReader* units, Figures* figures,
                  std::vector<Finding>* out);

}  // namespace glutwatch::report
