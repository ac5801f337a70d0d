#pragma once

// What the program says about reports and facts, in the form of GLUTWATCH_MESSAGES (messages.h,
// which makes both into one list): X(id, English, Chinese).
#define GLUTWATCH_REPORT_MESSAGES(X)                                                               \
  X(KindPlantingIntention, "planting intention", "种植意向")                                       \
  X(KindPlantedArea, "planted area", "种植面积")                                                   \
  X(KindSeedlingSales, "seedling sales", "种苗销量")                                               \
  X(KindGrowthStage, "growth stage", "生育期")                                                     \
  X(KindExpectedHarvest, "expected harvest", "预计采收")                                           \
  X(KindHarvestProgress, "harvest progress", "采收进度")                                           \
  X(KindStock, "stock", "库存")                                                                    \
  X(KindUnsoldBacklog, "unsold backlog", "滞销量")                                                 \
  X(KindFarmGatePrice, "farm-gate price", "地头价")                                                \
  X(KindTruckWait, "truck wait", "待装车时间")                                                     \
  X(KindAnimalStock, "animal stock", "存栏")                                                       \
  X(KindAnimalOutput, "animal output", "出栏")                                                     \
  X(StageSown, "sown", "播种")                                                                     \
  X(StageSeedling, "seedling", "苗期")                                                             \
  X(StageVegetative, "vegetative", "营养生长")                                                     \
  X(StageFlowering, "flowering", "开花")                                                           \
  X(StageFruiting, "fruiting", "结果膨大")                                                         \
  X(StageMature, "mature", "成熟")                                                                 \
  X(StageHarvesting, "harvesting", "采收中")                                                       \
  X(StageFinished, "finished", "采收结束")                                                         \
  X(VerdictNew, "new", "新增")                                                                     \
  X(VerdictCorrected, "corrected", "更正")                                                         \
  X(VerdictDuplicate, "unchanged", "未变")                                                         \
  X(VerdictRefused, "refused", "拒收")                                                             \
  X(VerdictDoubtful, "doubtful", "存疑")                                                           \
  X(FigureReported, "reported", "已报")                                                            \
  X(FigureLate, "late, estimated", "逾期，估算")                                                   \
  X(FigureMissing, "missing, estimated", "缺报，估算")                                             \
  X(FigureUnconfirmed, "unconfirmed, estimated", "待复核，估算")                                   \
  X(FigureSeasonEnded, "season ended", "非产季")                                                   \
  X(FigureNotExpected, "not expected", "无需填报")                                                 \
  X(DueReported, "reported", "已报")                                                               \
  X(DueDue, "due", "待报")                                                                         \
  X(DueLate, "late", "逾期")                                                                       \
  X(DueSeasonEnded, "season ended", "非产季")                                                      \
  X(NoBuyer, "no buyer", "无人收购")                                                               \
  X(Unconfirmed, "unconfirmed", "待复核")                                                          \
  X(Withdrawn, "withdrawn", "已撤回")                                                              \
  X(ConfirmedBy, "confirmed by $0", "$0 已复核")                                                   \
  X(Example, "example", "示例")                                                                    \
  X(Expired, "expired", "已过期")                                                                  \
  X(ReportPreview, "Preview: nothing has been kept.", "预览：未保存任何数据。")                    \
  X(ReportSummary, "$0 figures: $1 new, $2 corrected, $3 unchanged, $4 refused, $5 doubtful",      \
    "共 $0 项：新增 $1，更正 $2，未变 $3，拒收 $4，存疑 $5")                                       \
  X(ReportReplayed, "This file had been applied before; nothing changed.",                         \
    "该文件此前已导入，本次无变化。")                                                              \
  X(PriceSheetSummary, "$0 rows: $1 new, $2 changed, $3 unchanged, $4 refused, $5 doubtful",       \
    "共 $0 行：新增 $1，更改 $2，未变 $3，拒收 $4，存疑 $5")                                       \
  X(VerdictChanged, "changed", "更改")                                                             \
  X(ColChangePercent, "CHANGE", "变动")                                                            \
  X(ColPrevious, "WAS", "原值")                                                                    \
  X(HelpPricesImport, "Import an officer's own table of prices (.xlsx or CSV)",                    \
    "导入价格表格（.xlsx 或 CSV）")                                                                \
  X(OptPriceMapping, "The layout as YAML (docs/sheets.md)", "表格布局（YAML，见 docs/sheets.md）") \
  X(ReportMoreFindings, "... and $0 more", "……另有 $0 条")                                         \
  X(ReportChanges, "What would change:", "将发生的变化：")                                         \
  X(ReportFindings, "What is wrong or doubtful:", "有误或存疑之处：")                              \
  X(ReportWas, "$0 (was $1)", "$0（原为 $1）")                                                     \
  X(SumTotal, "Total $0 $1; $2 of $3 regions have reported",                                       \
    "合计 $0 $1；应报 $3 个地区，已报 $2 个")                                                      \
  X(SumEstimated, "Reported $0 $2; with estimates $1 $2, 80 % interval $3 to $4",                  \
    "已报 $0 $2；含估算 $1 $2，80% 区间 $3 至 $4")                                                 \
  X(SumUnestimated, "Without $0: nothing to estimate from", "不含 $0：无从估算")                   \
  X(DueCounts, "$0 reported, $1 due, $2 late, $3 out of season",                                   \
    "已报 $0，待报 $1，逾期 $2，非产季 $3")                                                        \
  X(FactsChanged, "$0 facts changed", "$0 条参考数据已更新")                                       \
  X(FactsWouldChange, "$0 facts would change", "$0 条参考数据将更新")                              \
  X(ColSite, "SITE", "地点")                                                                       \
  X(ColClass, "GROWERS", "经营主体")                                                               \
  X(ColValue, "VALUE", "数值")                                                                     \
  X(ColReporter, "REPORTER", "填报人")                                                             \
  X(ColReport, "REPORT", "填报编号")                                                               \
  X(ColCell, "CELL", "单元格")                                                                     \
  X(ColFound, "FOUND", "内容")                                                                     \
  X(ColVerdict, "VERDICT", "处理")                                                                 \
  X(ColMessage, "WHAT", "说明")                                                                    \
  X(ColEstimate, "ESTIMATE", "估算")                                                               \
  X(ColRange, "80 % INTERVAL", "80%区间")                                                          \
  X(ColBasis, "BASIS", "依据")                                                                     \
  X(ColPeriod, "PERIOD", "期间")                                                                   \
  X(ColDueDate, "DUE", "截止日")                                                                   \
  X(ColLateDays, "DAYS LATE", "逾期天数")                                                          \
  X(ColResponsible, "RESPONSIBLE", "责任单位")                                                     \
  X(ColReminder, "REMINDER", "催报")                                                               \
  X(ColFact, "FACT", "编号")                                                                       \
  X(ColContent, "CONTENT", "内容")                                                                 \
  X(ColValidFrom, "FROM", "生效日")                                                                \
  X(ColValidTo, "TO", "失效日")                                                                    \
  X(HelpReports, "What people report: planting, harvest, stock, unsold produce, farm-gate prices", \
    "填报数据：种植、采收、库存、滞销、地头价")                                                    \
  X(HelpReportsImport, "Import an officer's own table (.xlsx or CSV)",                             \
    "导入填报表格（.xlsx 或 CSV）")                                                                \
  X(HelpReportsList, "List reports", "列出填报")                                                   \
  X(HelpReportsShow, "Show every version of a report", "查看一条填报的所有版本")                   \
  X(HelpReportsCorrect, "Correct a report; the earlier version stays", "更正填报；原版本保留")     \
  X(HelpReportsConfirm, "Confirm doubtful reports as a second person", "由第二人复核存疑填报")     \
  X(HelpReportsSum, "Add up a figure over a region; estimate what is missing",                     \
    "汇总一个地区的数据，并估算缺报部分")                                                          \
  X(HelpReportsDue, "Who has to report, who has, who is late", "应报、已报与逾期情况")             \
  X(HelpFacts, "Dated policy and reference data: lists, quotas, ceilings, seasons, duties",        \
    "政策与参考数据：名单、比例、面积上限、产季、填报任务")                                        \
  X(HelpFactsList, "List facts with their source and validity", "列出参考数据及其来源与有效期")    \
  X(HelpFactsShow, "Show every version of a fact", "查看一条参考数据的所有版本")                   \
  X(HelpFactsExport, "Write all facts as YAML", "导出全部参考数据（YAML）")                        \
  X(HelpFactsImport, "Add or replace facts from YAML", "由 YAML 新增或替换参考数据")               \
  X(OptSheetFile, "The table: .xlsx, or CSV in UTF-8 or GB18030",                                  \
    "表格文件：.xlsx，或 UTF-8、GB18030 编码的 CSV")                                               \
  X(OptReportMapping, "The layout as YAML; the shipped template if not given",                     \
    "表格布局（YAML）；不给则用随附模板")                                                          \
  X(OptAllOrNothing, "Keep nothing if anything is refused", "有任何一项拒收即全部不保存")          \
  X(OptReporter, "Who reports, where the table does not say it", "填报人（表中未写时）")           \
  X(OptSimulated, "The figures are made up", "数据为模拟")                                         \
  X(OptReportKind, "planted_area, stock, unsold_backlog, farm_gate_price ...",                     \
    "planted_area、stock、unsold_backlog、farm_gate_price 等")                                     \
  X(OptReportName, "A report as `reports list` names it", "`reports list` 给出的编号")             \
  X(OptUnconfirmed, "Only what waits for a confirmation", "仅待复核")                              \
  X(OptValue, "The right figure, or \"no_bid\"", "正确的数值，或 no_bid")                          \
  X(OptValueUnit, "Its unit; the earlier one if not given", "单位；不给则沿用原单位")              \
  X(OptNote, "Why", "原因")                                                                        \
  X(OptConfirmer, "Who confirms; not the reporter", "复核人；不得为填报人")                        \
  X(OptWithdraw, "Take it back instead", "改为撤回")                                               \
  X(OptReportDate, "The day that is asked about", "查询日期")                                      \
  X(OptDueState, "late, due, reported or season_ended", "late、due、reported、season_ended")       \
  X(OptRemind, "Print a reminder for each that is due or late", "为待报与逾期者打印催报文字")      \
  X(OptSumUnit, "The unit of the answer", "结果的单位")                                            \
  X(OptFactKind, "county_listing, season_calendar, reporting_duty ...",                            \
    "county_listing、season_calendar、reporting_duty 等")                                          \
  X(OptFactName, "A fact as `facts list` names it", "`facts list` 给出的编号")                     \
  X(OptValidOnly, "Only what is valid on that day", "仅当日有效")
