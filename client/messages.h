#pragma once
#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "client/aggregate_messages.h"
#include "client/backup_messages.h"
#include "client/catalog_messages.h"
#include "client/data_messages.h"
#include "client/evaluate_messages.h"
#include "client/language.h"
#include "client/report_messages.h"

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
  X(Area, "area", "面积")                                                                                                      \
  X(Time, "time", "时间")                                                                                                      \
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
  GLUTWATCH_MESSAGES(GLUTWATCH_MESSAGE_ID) GLUTWATCH_REPORT_MESSAGES(GLUTWATCH_MESSAGE_ID)
      GLUTWATCH_CATALOG_MESSAGES(GLUTWATCH_MESSAGE_ID)
          GLUTWATCH_AGGREGATE_MESSAGES(GLUTWATCH_MESSAGE_ID)
              GLUTWATCH_DATA_MESSAGES(GLUTWATCH_MESSAGE_ID)
              GLUTWATCH_BACKUP_MESSAGES(GLUTWATCH_MESSAGE_ID)
              GLUTWATCH_EVALUATE_MESSAGES(GLUTWATCH_MESSAGE_ID)
#undef GLUTWATCH_MESSAGE_ID
};

struct MessageText {
  const char* en;
  const char* zh;
};
inline constexpr MessageText kMessageTexts[] = {
#define GLUTWATCH_MESSAGE_TEXT(id, en, zh) {en, zh},
    GLUTWATCH_MESSAGES(GLUTWATCH_MESSAGE_TEXT) GLUTWATCH_REPORT_MESSAGES(GLUTWATCH_MESSAGE_TEXT)
        GLUTWATCH_CATALOG_MESSAGES(GLUTWATCH_MESSAGE_TEXT)
            GLUTWATCH_AGGREGATE_MESSAGES(GLUTWATCH_MESSAGE_TEXT)
                GLUTWATCH_DATA_MESSAGES(GLUTWATCH_MESSAGE_TEXT)
                GLUTWATCH_BACKUP_MESSAGES(GLUTWATCH_MESSAGE_TEXT)
                GLUTWATCH_EVALUATE_MESSAGES(GLUTWATCH_MESSAGE_TEXT)
#undef GLUTWATCH_MESSAGE_TEXT
};

// The message in `language`, with $0, $1 ... filled in and $$ as "$".
template <typename... Args>
std::string Text(Msg message, Language language, const Args&... args) {
  const MessageText& text = kMessageTexts[static_cast<int>(message)];
  return absl::Substitute(language == Language::kChinese ? text.zh : text.en, args...);
}

}  // namespace glutwatch::client
