#pragma once
#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "client/language.h"

// Everything that the program says to people, once, in both languages: X(id, English, Chinese).
// $0, $1 ... are filled in by Text(). Column headings and values of CSV and JSON are not here:
// those are for programs and do not depend on the language.
#define GLUTWATCH_MESSAGES(X)                                                                                                  \
  /* Errors */                                                                                                                 \
  X(ErrorInvalid, "wrong argument", "参数错误")                                                                                \
  X(ErrorNotFound, "not found", "未找到")                                                                                      \
  X(ErrorDenied, "not permitted", "无权限")                                                                                    \
  X(ErrorUnavailable, "server not available", "服务不可用")                                                                    \
  X(ErrorBusy, "server cannot take it now", "服务繁忙或资源不足")                                                              \
  X(ErrorTimeout, "no answer in time", "等待超时")                                                                             \
  X(ErrorCorrupt, "damaged data", "数据损坏")                                                                                  \
  X(ErrorInterrupted, "interrupted", "已中断")                                                                                 \
  X(ErrorPrecondition, "not possible now", "当前无法执行")                                                                     \
  X(ErrorOther, "error", "错误")                                                                                               \
  X(SeeHelp, "see `$0 --help`", "用法见 `$0 --help`")                                                                          \
  /* Words */                                                                                                                  \
  X(Simulated, "simulated", "模拟")                                                                                            \
  X(SimulatedBanner, "*** SIMULATED DATA: prices marked \"simulated\" are made up ***",                                        \
    "*** 模拟数据：标有“模拟”的价格均为虚构 ***")                                                                              \
  X(Yes, "yes", "是")                                                                                                          \
  X(No, "no", "否")                                                                                                            \
  X(Nothing, "Nothing matches.", "没有符合条件的记录。")                                                                       \
  X(Cursor, "cursor: $0", "续传游标：$0")                                                                                      \
  X(ConnectionLost, "connection lost, trying again ($0)", "连接中断，正在重连（$0）")                                          \
  /* Levels and states */                                                                                                      \
  X(LevelNone, "-", "-")                                                                                                       \
  X(LevelBlue, "IV blue", "蓝色 IV")                                                                                           \
  X(LevelYellow, "III yellow", "黄色 III")                                                                                     \
  X(LevelOrange, "II orange", "橙色 II")                                                                                       \
  X(LevelRed, "I red", "红色 I")                                                                                               \
  X(KindGlut, "glut", "滞销")                                                                                                  \
  X(KindBlind, "no data", "无数据")                                                                                            \
  X(StateInForce, "in force", "生效")                                                                                          \
  X(StateCleared, "cleared", "已解除")                                                                                         \
  X(StateRetracted, "retracted", "已撤回")                                                                                     \
  X(FreshnessFresh, "fresh", "正常")                                                                                           \
  X(FreshnessStale, "stale", "断更")                                                                                           \
  X(FreshnessBlind, "blind", "全域无数据")                                                                                     \
  X(Opened, "opened", "发布")                                                                                                  \
  X(Escalated, "escalated", "升级")                                                                                            \
  X(Deescalated, "de-escalated", "降级")                                                                                       \
  X(WentStale, "data stopped", "断更")                                                                                         \
  X(WentNoData, "region silent", "全域无数据")                                                                                 \
  X(WentFresh, "data is back", "恢复更新")                                                                                     \
  X(Resolved, "resolved", "解除")                                                                                              \
  X(Revised, "revised", "修订")                                                                                                \
  X(Retracted, "retracted", "撤回")                                                                                            \
  X(Traded, "traded", "交易")                                                                                                  \
  X(Closed, "closed", "休市")                                                                                                  \
  X(Holiday, "holiday", "节假日")                                                                                              \
  X(NoBid, "no bid", "无人问价")                                                                                               \
  X(NotReported, "not reported", "未上报")                                                                                     \
  X(Wholesale, "wholesale", "批发")                                                                                            \
  X(ProducingArea, "producing area", "产地")                                                                                   \
  X(Retail, "retail", "零售")                                                                                                  \
  X(FarmGate, "farm gate", "田头")                                                                                             \
  X(Mass, "mass", "质量")                                                                                                      \
  X(Count, "count", "件数")                                                                                                    \
  X(Volume, "volume", "体积")                                                                                                  \
  X(FlagJump, "jump", "价格突变")                                                                                              \
  X(FlagModalOutside, "modal outside low..high", "均价越界")                                                                   \
  X(FlagFuture, "future day", "日期在未来")                                                                                    \
  X(FlagUnitSlip, "unit slip?", "疑似单位错误")                                                                                \
  X(FlagSecondLot, "second lot", "第二批次")                                                                                   \
  /* Column headings */                                                                                                        \
  X(ColCode, "CODE", "代码")                                                                                                   \
  X(ColName, "NAME", "名称")                                                                                                   \
  X(ColNameEn, "ENGLISH NAME", "英文名")                                                                                       \
  X(ColParent, "PARENT", "上级")                                                                                               \
  X(ColCodeSystem, "CODE SYSTEM", "代码标准")                                                                                  \
  X(ColMarket, "MARKET", "市场")                                                                                               \
  X(ColRegion, "REGION", "地区")                                                                                               \
  X(ColKind, "KIND", "类型")                                                                                                   \
  X(ColTimeZone, "TIME ZONE", "时区")                                                                                          \
  X(ColProduct, "PRODUCT", "品种")                                                                                             \
  X(ColCategory, "CATEGORY", "类别")                                                                                           \
  X(ColShelfLife, "SHELF LIFE", "保鲜天数")                                                                                    \
  X(ColCost, "TOTAL COST", "完全成本")                                                                                         \
  X(ColAliases, "ALIASES", "别名")                                                                                             \
  X(ColDimension, "DIMENSION", "量纲")                                                                                         \
  X(ColBase, "IN BASE UNITS", "折合基本单位")                                                                                  \
  X(ColSeries, "SERIES", "序列")                                                                                               \
  X(ColGrade, "GRADE", "规格")                                                                                                 \
  X(ColQuote, "QUOTE", "报价")                                                                                                 \
  X(ColDate, "DATE", "日期")                                                                                                   \
  X(ColStatus, "STATUS", "状态")                                                                                               \
  X(ColLow, "LOW", "最低")                                                                                                     \
  X(ColModal, "MODAL", "均价")                                                                                                 \
  X(ColHigh, "HIGH", "最高")                                                                                                   \
  X(ColArrivals, "ARRIVALS", "上市量")                                                                                         \
  X(ColPrice, "PRICE", "价格")                                                                                                 \
  X(ColUnit, "UNIT", "单位")                                                                                                   \
  X(ColNotes, "NOTES", "备注")                                                                                                 \
  X(ColSource, "SOURCE", "来源")                                                                                               \
  X(ColRecorded, "RECORDED", "入库时间")                                                                                       \
  X(ColNewest, "NEWEST DAY", "最新日")                                                                                         \
  X(ColLevel, "LEVEL", "等级")                                                                                                 \
  X(ColState, "STATE", "状态")                                                                                                 \
  X(ColData, "DATA", "数据")                                                                                                   \
  X(ColRaised, "RAISED", "发布日")                                                                                             \
  X(ColJudged, "JUDGED", "研判日")                                                                                             \
  X(ColWarning, "WARNING", "预警编号")                                                                                         \
  X(ColLow95, "LOW 95%", "95%下限")                                                                                            \
  X(ColLow80, "LOW 80%", "80%下限")                                                                                            \
  X(ColMedian, "FORECAST", "预测")                                                                                             \
  X(ColHigh80, "HIGH 80%", "80%上限")                                                                                          \
  X(ColHigh95, "HIGH 95%", "95%上限")                                                                                          \
  X(ColNorm, "NORM", "常年同期")                                                                                               \
  X(ColRule, "RULE", "规则")                                                                                                   \
  X(ColSince, "SINCE", "起始日")                                                                                               \
  X(ColDetail, "DETAIL", "依据")                                                                                               \
  X(ColEvent, "EVENT", "事件")                                                                                                 \
  X(ColTime, "TIME", "时间")                                                                                                   \
  X(ColCause, "CAUSE", "原因")                                                                                                 \
  X(ColIndicator, "INDICATOR", "指标")                                                                                         \
  X(ColGroup, "GROUP", "合计")                                                                                                 \
  X(ColLogged, "LOGGED", "记录值")                                                                                             \
  X(ColRecomputed, "RECOMPUTED", "重算值")                                                                                     \
  /* Indicators */                                                                                                             \
  X(IndPrice, "price of the day", "当日价格")                                                                                  \
  X(IndMedian, "median price", "近期中位价")                                                                                   \
  X(IndNorm, "seasonal norm", "常年同期价")                                                                                    \
  X(IndNormYears, "years in the norm", "常年年数")                                                                             \
  X(IndPriceToNorm, "price / norm", "价格/常年")                                                                               \
  X(IndIfpa, "IFPA", "IFPA")                                                                                                   \
  X(IndAlps, "ALPS", "ALPS")                                                                                                   \
  X(IndTotalCost, "price / total cost", "价格/完全成本")                                                                       \
  X(IndCashCost, "price / cash cost", "价格/现金成本")                                                                         \
  X(IndYearOnYear, "price / a year before", "价格/上年同期")                                                                   \
  X(IndNormAhead, "norm in 28 days / norm", "28天后常年/常年")                                                                 \
  X(IndForecastToNorm, "forecast / norm in 28 days", "28天后预测/常年")                                                        \
  /* Screens */                                                                                                                \
  X(StatusServer, "server", "服务地址")                                                                                        \
  X(StatusClient, "client version", "客户端版本")                                                                              \
  X(StatusLiveness, "alive", "存活")                                                                                           \
  X(StatusReadiness, "ready for reads", "可读")                                                                                \
  X(StatusWrites, "ready for writes", "可写")                                                                                  \
  X(StatusRulePack, "rule pack", "规则包")                                                                                     \
  X(StatusSeries, "series", "序列数")                                                                                          \
  X(StatusWarnings, "warnings in force", "生效预警")                                                                           \
  X(StatusJudged, "judged through", "研判至")                                                                                  \
  X(StatusLag, "judging lag", "研判延迟")                                                                                      \
  X(StatusUnknown, "unknown", "未知")                                                                                          \
  X(Serving, "serving", "正常")                                                                                                \
  X(NotServing, "NOT SERVING", "停止服务")                                                                                     \
  X(MethodSeasonal, "damped trend on the seasonally adjusted price", "季节调整后的阻尼趋势")                                   \
  X(MethodTrend, "damped trend", "阻尼趋势")                                                                                   \
  X(MethodLast, "last price", "沿用最近价格")                                                                                  \
  X(ForecastHead, "from $0, per $1, by $2", "起点 $0，单位 $1，方法：$2")                                                      \
  X(ChartLegend, "⣀ price  ┄ norm  • forecast  ▒ 80%  ░ 95%",                                                                  \
    "⣀ 价格  ┄ 常年  • 预测  ▒ 80%  ░ 95%")                                                                                    \
  X(ChartLegendPrices, "⣀ price  ┄ norm", "⣀ 价格  ┄ 常年")                                                                    \
  X(ChartNoPrice, "no price to draw", "没有可绘制的价格")                                                                      \
  X(WatchSnapshot, "in force", "生效")                                                                                         \
  X(WatchSnapshotEnd, "-- $0 in force; waiting for what comes --",                                                             \
    "-- 当前生效 $0 条；等待新预警 --")                                                                                        \
  X(WatchGap, "-- events are missing ($0); what follows is a new snapshot --",                                                 \
    "-- 有事件缺失（$0）；以下为新的快照 --")                                                                                  \
  X(WatchSkipped, "-- too slow: $0 rows were skipped; query them --",                                                          \
    "-- 接收过慢：跳过 $0 行，请用 prices query 查询 --")                                                                      \
  X(ShowRaised, "raised", "发布")                                                                                              \
  X(ShowEnded, "ended", "结束")                                                                                                \
  X(ShowEvidence, "Evidence (data as of $0, rule pack $1, model $2, $3 days missing of 28)",                                   \
    "依据（数据截至 $0，规则包 $1，模型 $2，28 天中缺 $3 天）")                                                                \
  X(ShowSeries, "Series behind it", "涉及序列")                                                                                \
  X(ShowHistory, "History", "过程")                                                                                            \
  X(Reproduced, "Reproduced bit for bit: event $0 of $1.", "逐位重现：$1 的事件 $0。")                                         \
  X(NotReproduced, "NOT reproduced: event $0 of $1 differs at $2.",                                                            \
    "未能重现：$1 的事件 $0 在 $2 处不同。")                                                                                   \
  X(ImportChanged, "$0 resources are new or different.", "新增或变更 $0 项。")                                                 \
  X(ImportWouldChange, "Dry run: $0 resources would be new or different.",                                                     \
    "演练：将新增或变更 $0 项。")                                                                                              \
  X(ExportDone, "wrote $0 units, $1 regions, $2 markets, $3 products to $4",                                                   \
    "已导出单位 $0、地区 $1、市场 $2、品种 $3 到 $4")                                                                          \
  X(CheckFine, "$0: fine", "$0：无误")                                                                                         \
  /* Help: commands */                                                                                                         \
  X(HelpApp, "Watches the prices of farm produce and warns of gluts.",                                                         \
    "监测农产品价格，预警滞销。")                                                                                              \
  X(HelpStatus, "Health, versions, counts and lag of the server", "服务健康、版本、数量与延迟")                                \
  X(HelpCatalog, "Regions, markets, products, units, series", "地区、市场、品种、单位、序列")                                  \
  X(HelpList, "List them", "列出")                                                                                             \
  X(HelpRegions, "Regions", "地区")                                                                                            \
  X(HelpMarkets, "Markets", "市场")                                                                                            \
  X(HelpProducts, "Products", "品种")                                                                                          \
  X(HelpUnits, "Units", "单位")                                                                                                \
  X(HelpSeries, "Series", "序列")                                                                                              \
  X(HelpCatalogShow, "Show one resource", "显示一项")                                                                          \
  X(HelpCatalogExport, "Write the whole catalog as YAML", "导出整个目录（YAML）")                                              \
  X(HelpCatalogImport, "Read a catalog file into the server", "导入目录文件")                                                  \
  X(HelpPrices, "Query and watch prices", "查询与跟踪价格")                                                                    \
  X(HelpPricesQuery, "Prices of a range of days", "查询一段时间的价格")                                                        \
  X(HelpPricesLatest, "The newest price of each series", "每个序列的最新价格")                                                 \
  X(HelpPricesWatch, "Prices as they come in", "实时跟踪价格")                                                                 \
  X(HelpForecast, "Forecast a series' price", "预测一个序列的价格")                                                            \
  X(HelpWarnings, "List, watch and explain warnings", "查看、跟踪、解释预警")                                                  \
  X(HelpWarningsList, "Warnings, newest market day first", "列出预警，最新的在前")                                             \
  X(HelpWarningsWatch, "Warnings as they are given", "实时跟踪预警")                                                           \
  X(HelpWarningsShow, "One warning with its evidence and history", "一条预警的依据与过程")                                     \
  X(HelpWarningsExplain, "Compute a warning again from the data", "用数据重新计算一条预警")                                    \
  X(HelpConfig, "Configuration files", "配置文件")                                                                             \
  X(HelpConfigCheck, "Check a file without a server", "离线检查配置文件")                                                      \
  X(HelpCompletion, "Print a completion script", "输出命令补全脚本")                                                           \
  /* Help: options */                                                                                                          \
  X(OptOutput, "table, json, jsonl or csv", "table、json、jsonl 或 csv")                                                       \
  X(OptServer, "glutwatchd's address; $$GLUTWATCH_SERVER", "服务地址；$$GLUTWATCH_SERVER")                                     \
  X(OptTimeout, "How long an answer may take: 10s, 2m", "等待应答的时间：10s、2m")                                             \
  X(OptNoColor, "No colours; also $$NO_COLOR", "不用颜色；也可设 $$NO_COLOR")                                                  \
  X(OptLang, "zh or en; $$LANG if absent", "zh 或 en；缺省取 $$LANG")                                                          \
  X(OptQuiet, "Only the ids, one a line", "只输出编号，每行一个")                                                              \
  X(OptVersion, "Print the version", "显示版本")                                                                               \
  X(OptHelp, "Print this help", "显示帮助")                                                                                    \
  X(OptSeries, "Series: 12 or series/12 (repeatable)", "序列：12 或 series/12（可重复）")                                      \
  X(OptMarket, "Market (repeatable)", "市场（可重复）")                                                                        \
  X(OptProduct, "Product by id, name or alias (repeatable)", "品种：编号、名称或别名（可重复）")                               \
  X(OptRegion, "Region and its subtree, by code or name", "地区及其下级：代码或名称")                                          \
  X(OptCategory, "Only this category", "只看此类别")                                                                           \
  X(OptFrom, "First day: 2026-03-01, or 30d, 8w, 6m, 1y ago",                                                                  \
    "起始日：2026-03-01 或 30d、8w、6m、1y 前")                                                                                \
  X(OptTo, "Last day, included", "截止日（含）")                                                                               \
  X(OptAsOf, "What was known then: RFC 3339, or a day (its end)",                                                              \
    "当时已知：RFC 3339 或日期（当日终）")                                                                                     \
  X(OptPer, "Price per kg, jin, quintal or as quoted",                                                                         \
    "每 kg、jin（斤）、quintal（百公斤）或 quoted")                                                                            \
  X(OptAllVersions, "Every version, not only the newest", "所有版本，不只最新")                                                \
  X(OptChart, "Draw charts in the terminal", "在终端绘图")                                                                     \
  X(OptNoChart, "Table only", "不绘图")                                                                                        \
  X(OptSeriesArg, "Series: 12 or series/12", "序列：12 或 series/12")                                                          \
  X(OptDays, "Days ahead, 1 to 28", "预测天数，1 至 28")                                                                       \
  X(OptMinLevel, "At least blue, yellow, orange or red", "最低等级：blue、yellow、orange、red")                                \
  X(OptState, "in_force, cleared or retracted (repeatable)",                                                                   \
    "in_force、cleared、retracted（可重复）")                                                                                  \
  X(OptLimit, "At most so many; 0 for all", "最多条数；0 为全部")                                                              \
  X(OptWarning, "The warning's name", "预警编号")                                                                              \
  X(OptGeneration, "Which event; the newest if absent", "第几个事件；缺省为最新")                                              \
  X(OptSinceStart, "snapshot, tail or earliest",                                                                               \
    "snapshot（快照）、tail（仅新的）、earliest（从头）")                                                                      \
  X(OptCursor, "Resume after this cursor", "从此游标续传")                                                                     \
  X(OptCursorFile, "Keep the cursor in this file", "把游标保存在此文件")                                                       \
  X(OptCount, "Stop after so many lines", "收到若干条后停止")                                                                  \
  X(OptFor, "Stop after this time: 30s, 5m", "到时停止：30s、5m")                                                              \
  X(OptEvidence, "Send evidence with every event", "附带依据")                                                                 \
  X(OptName, "regions/..., markets/..., products/... or a product's alias",                                                    \
    "regions/…、markets/…、products/… 或品种别名")                                                                             \
  X(OptFileOut, "File; standard output if absent", "文件；缺省为标准输出")                                                     \
  X(OptFileIn, "YAML file", "YAML 文件")                                                                                       \
  X(OptDryRun, "Check only, change nothing", "只检查，不改动")                                                                 \
  X(OptKind, "server, catalog, rules, mapping or scenario",                                                                    \
    "server、catalog、rules、mapping、scenario")                                                                               \
  X(OptShell, "bash, zsh or fish", "bash、zsh 或 fish")                                                                        \
  /* Reports and facts */                                                                                                      \
  X(KindPlantingIntention, "planting intention", "种植意向")                                                                   \
  X(KindPlantedArea, "planted area", "种植面积")                                                                               \
  X(KindSeedlingSales, "seedling sales", "种苗销量")                                                                           \
  X(KindGrowthStage, "growth stage", "生育期")                                                                                 \
  X(KindExpectedHarvest, "expected harvest", "预计采收")                                                                       \
  X(KindHarvestProgress, "harvest progress", "采收进度")                                                                       \
  X(KindStock, "stock", "库存")                                                                                                \
  X(KindUnsoldBacklog, "unsold backlog", "滞销量")                                                                             \
  X(KindFarmGatePrice, "farm-gate price", "地头价")                                                                            \
  X(KindTruckWait, "truck wait", "待装车时间")                                                                                 \
  X(KindAnimalStock, "animal stock", "存栏")                                                                                   \
  X(KindAnimalOutput, "animal output", "出栏")                                                                                 \
  X(StageSown, "sown", "播种")                                                                                                 \
  X(StageSeedling, "seedling", "苗期")                                                                                         \
  X(StageVegetative, "vegetative", "营养生长")                                                                                 \
  X(StageFlowering, "flowering", "开花")                                                                                       \
  X(StageFruiting, "fruiting", "结果膨大")                                                                                     \
  X(StageMature, "mature", "成熟")                                                                                             \
  X(StageHarvesting, "harvesting", "采收中")                                                                                   \
  X(StageFinished, "finished", "采收结束")                                                                                     \
  X(VerdictNew, "new", "新增")                                                                                                 \
  X(VerdictCorrected, "corrected", "更正")                                                                                     \
  X(VerdictDuplicate, "unchanged", "未变")                                                                                     \
  X(VerdictRefused, "refused", "拒收")                                                                                         \
  X(VerdictDoubtful, "doubtful", "存疑")                                                                                       \
  X(FigureReported, "reported", "已报")                                                                                        \
  X(FigureLate, "late, estimated", "逾期，估算")                                                                               \
  X(FigureMissing, "missing, estimated", "缺报，估算")                                                                         \
  X(FigureUnconfirmed, "unconfirmed, estimated", "待复核，估算")                                                               \
  X(FigureSeasonEnded, "season ended", "非产季")                                                                               \
  X(FigureNotExpected, "not expected", "无需填报")                                                                             \
  X(DueReported, "reported", "已报")                                                                                           \
  X(DueDue, "due", "待报")                                                                                                     \
  X(DueLate, "late", "逾期")                                                                                                   \
  X(DueSeasonEnded, "season ended", "非产季")                                                                                  \
  X(NoBuyer, "no buyer", "无人收购")                                                                                           \
  X(Unconfirmed, "unconfirmed", "待复核")                                                                                      \
  X(Withdrawn, "withdrawn", "已撤回")                                                                                          \
  X(ConfirmedBy, "confirmed by $0", "$0 已复核")                                                                               \
  X(Example, "example", "示例")                                                                                                \
  X(Expired, "expired", "已过期")                                                                                              \
  X(ReportPreview, "Preview: nothing has been kept.", "预览：未保存任何数据。")                                                \
  X(ReportSummary, "$0 figures: $1 new, $2 corrected, $3 unchanged, $4 refused, $5 doubtful",                                  \
    "共 $0 项：新增 $1，更正 $2，未变 $3，拒收 $4，存疑 $5")                                                                   \
  X(ReportReplayed, "This file had been applied before; nothing changed.",                                                     \
    "该文件此前已导入，本次无变化。")                                                                                          \
  X(ReportMoreFindings, "... and $0 more", "……另有 $0 条")                                                                     \
  X(ReportChanges, "What would change:", "将发生的变化：")                                                                     \
  X(ReportFindings, "What is wrong or doubtful:", "有误或存疑之处：")                                                          \
  X(ReportWas, "$0 (was $1)", "$0（原为 $1）")                                                                                 \
  X(SumTotal, "Total $0 $1; $2 of $3 regions have reported",                                                                   \
    "合计 $0 $1；应报 $3 个地区，已报 $2 个")                                                                                  \
  X(SumEstimated, "Reported $0 $2; with estimates $1 $2, 80 % interval $3 to $4",                                              \
    "已报 $0 $2；含估算 $1 $2，80% 区间 $3 至 $4")                                                                             \
  X(SumUnestimated, "Without $0: nothing to estimate from", "不含 $0：无从估算")                                               \
  X(DueCounts, "$0 reported, $1 due, $2 late, $3 out of season",                                                               \
    "已报 $0，待报 $1，逾期 $2，非产季 $3")                                                                                    \
  X(FactsChanged, "$0 facts changed", "$0 条参考数据已更新")                                                                   \
  X(FactsWouldChange, "$0 facts would change", "$0 条参考数据将更新")                                                          \
  X(ColSite, "SITE", "地点")                                                                                                   \
  X(ColClass, "GROWERS", "经营主体")                                                                                           \
  X(ColValue, "VALUE", "数值")                                                                                                 \
  X(ColReporter, "REPORTER", "填报人")                                                                                         \
  X(ColReport, "REPORT", "填报编号")                                                                                           \
  X(ColCell, "CELL", "单元格")                                                                                                 \
  X(ColFound, "FOUND", "内容")                                                                                                 \
  X(ColVerdict, "VERDICT", "处理")                                                                                             \
  X(ColMessage, "WHAT", "说明")                                                                                                \
  X(ColEstimate, "ESTIMATE", "估算")                                                                                           \
  X(ColRange, "80 % INTERVAL", "80%区间")                                                                                      \
  X(ColBasis, "BASIS", "依据")                                                                                                 \
  X(ColPeriod, "PERIOD", "期间")                                                                                               \
  X(ColDueDate, "DUE", "截止日")                                                                                               \
  X(ColLateDays, "DAYS LATE", "逾期天数")                                                                                      \
  X(ColResponsible, "RESPONSIBLE", "责任单位")                                                                                 \
  X(ColReminder, "REMINDER", "催报")                                                                                           \
  X(ColFact, "FACT", "编号")                                                                                                   \
  X(ColContent, "CONTENT", "内容")                                                                                             \
  X(ColValidFrom, "FROM", "生效日")                                                                                            \
  X(ColValidTo, "TO", "失效日")                                                                                                \
  X(HelpReports, "What people report: planting, harvest, stock, unsold produce, farm-gate prices",                             \
    "填报数据：种植、采收、库存、滞销、地头价")                                                                                \
  X(HelpReportsImport, "Import an officer's own table (.xlsx or CSV)",                                                         \
    "导入填报表格（.xlsx 或 CSV）")                                                                                            \
  X(HelpReportsList, "List reports", "列出填报")                                                                               \
  X(HelpReportsShow, "Show every version of a report", "查看一条填报的所有版本")                                               \
  X(HelpReportsCorrect, "Correct a report; the earlier version stays", "更正填报；原版本保留")                                 \
  X(HelpReportsConfirm, "Confirm doubtful reports as a second person", "由第二人复核存疑填报")                                 \
  X(HelpReportsSum, "Add up a figure over a region; estimate what is missing",                                                 \
    "汇总一个地区的数据，并估算缺报部分")                                                                                      \
  X(HelpReportsDue, "Who has to report, who has, who is late", "应报、已报与逾期情况")                                         \
  X(HelpFacts, "Dated policy and reference data: lists, quotas, ceilings, seasons, duties",                                    \
    "政策与参考数据：名单、比例、面积上限、产季、填报任务")                                                                    \
  X(HelpFactsList, "List facts with their source and validity", "列出参考数据及其来源与有效期")                                \
  X(HelpFactsShow, "Show every version of a fact", "查看一条参考数据的所有版本")                                               \
  X(HelpFactsExport, "Write all facts as YAML", "导出全部参考数据（YAML）")                                                    \
  X(HelpFactsImport, "Add or replace facts from YAML", "由 YAML 新增或替换参考数据")                                           \
  X(OptSheetFile, "The table: .xlsx, or CSV in UTF-8 or GB18030",                                                              \
    "表格文件：.xlsx，或 UTF-8、GB18030 编码的 CSV")                                                                           \
  X(OptReportMapping, "The layout as YAML; the shipped template if not given",                                                 \
    "表格布局（YAML）；不给则用随附模板")                                                                                      \
  X(OptAllOrNothing, "Keep nothing if anything is refused", "有任何一项拒收即全部不保存")                                      \
  X(OptReporter, "Who reports, where the table does not say it", "填报人（表中未写时）")                                       \
  X(OptSimulated, "The figures are made up", "数据为模拟")                                                                     \
  X(OptReportKind, "planted_area, stock, unsold_backlog, farm_gate_price ...",                                                 \
    "planted_area、stock、unsold_backlog、farm_gate_price 等")                                                                 \
  X(OptReportName, "A report as `reports list` names it", "`reports list` 给出的编号")                                         \
  X(OptUnconfirmed, "Only what waits for a confirmation", "仅待复核")                                                          \
  X(OptValue, "The right figure, or \"no_bid\"", "正确的数值，或 no_bid")                                                      \
  X(OptValueUnit, "Its unit; the earlier one if not given", "单位；不给则沿用原单位")                                          \
  X(OptNote, "Why", "原因")                                                                                                    \
  X(OptConfirmer, "Who confirms; not the reporter", "复核人；不得为填报人")                                                    \
  X(OptWithdraw, "Take it back instead", "改为撤回")                                                                           \
  X(OptReportDate, "The day that is asked about", "查询日期")                                                                  \
  X(OptDueState, "late, due, reported or season_ended", "late、due、reported、season_ended")                                   \
  X(OptRemind, "Print a reminder for each that is due or late", "为待报与逾期者打印催报文字")                                  \
  X(OptSumUnit, "The unit of the answer", "结果的单位")                                                                        \
  X(OptFactKind, "county_listing, season_calendar, reporting_duty ...",                                                        \
    "county_listing、season_calendar、reporting_duty 等")                                                                      \
  X(OptFactName, "A fact as `facts list` names it", "`facts list` 给出的编号")                                                 \
  X(OptValidOnly, "Only what is valid on that day", "仅当日有效")                                                              \
  X(HelpExamples, "Examples:", "示例：")                                                                                       \
  X(HelpOptions, "Options", "选项")                                                                                            \
  X(HelpSubcommands, "Commands", "命令")                                                                                       \
  X(HelpExitCodes,                                                                                                             \
    "Exit codes: 0 ok; 1 problems found; 2 usage; 3 not found; 4 not permitted; 5 unavailable or "                             \
    "too slow;\n  6 partial; 7 damaged data; 130 interrupted",                                                                 \
    "退出码：0 正常；1 发现问题；2 用法错误；3 未找到；4 无权限；5 服务不可用或超时；\n  6 " \
    "部分成功；7 数据损坏；130 已中断")

namespace glutwatch::client {

// Ids of the messages above: Msg::kErrorInvalid ...
enum class Msg {
#define GLUTWATCH_MESSAGE_ID(id, en, zh) k##id,
  GLUTWATCH_MESSAGES(GLUTWATCH_MESSAGE_ID)
#undef GLUTWATCH_MESSAGE_ID
};

struct MessageText {
  const char* en;
  const char* zh;
};
inline constexpr MessageText kMessageTexts[] = {
#define GLUTWATCH_MESSAGE_TEXT(id, en, zh) {en, zh},
    GLUTWATCH_MESSAGES(GLUTWATCH_MESSAGE_TEXT)
#undef GLUTWATCH_MESSAGE_TEXT
};

// The message in `language`, with $0, $1 ... filled in and $$ as "$".
template <typename... Args>
std::string Text(Msg message, Language language, const Args&... args) {
  const MessageText& text = kMessageTexts[static_cast<int>(message)];
  return absl::Substitute(language == Language::kChinese ? text.zh : text.en, args...);
}

}  // namespace glutwatch::client
