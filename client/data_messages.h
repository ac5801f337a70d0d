#pragma once

// What the program says about the health of data and about doubtful rows, in the form of
// GLUTWATCH_MESSAGES (messages.h, which makes all into one list): X(id, English, Chinese).
#define GLUTWATCH_DATA_MESSAGES(X)                                                                 \
  X(FlagFrozen, "frozen", "报价长期不变")                                                          \
  X(FlagFlat, "flat", "高低均价相同")                                                              \
  X(FlagDiscarded, "discarded", "已作废")                                                          \
  X(DayComplete, "complete", "齐全")                                                               \
  X(DayPartial, "partial", "不全")                                                                 \
  X(DayMissing, "missing", "缺报")                                                                 \
  X(DayPending, "not due yet", "未到时")                                                           \
  X(DayClosed, "closed", "休市")                                                                   \
  X(DayRest, "rest day", "例休")                                                                   \
  X(DayUnknown, "unknown", "无规律可循")                                                           \
  X(CorrectedQuote, "corrected", "更正")                                                           \
  X(ReviewConfirmed, "confirmed", "确认")                                                          \
  X(ReviewDiscarded, "discarded", "作废")                                                          \
  X(ReviewDone, "$0 $1: $2", "$0 $1：$2")                                                          \
  X(ReviewNoChange, "$0 $1: $2 already", "$0 $1：此前已$2")                                        \
  X(Stale, "stale", "断更")                                                                        \
  X(HealthTotal, "$0 markets, $1 stale; $2 of $3 expected series received; newest day $4",         \
    "共 $0 个市场，断更 $1 个；应报序列 $3 个，已报 $2 个；最新日 $4")                             \
  X(HealthBlind, "Nothing is fresh here: every market is stale.", "该地区无新数据：市场全部断更。") \
  X(SeriesStands, "$0 days", "$0 天")                                                              \
  X(ColReceived, "RECEIVED", "已报/应报")                                                          \
  X(ColDaysSince, "DAYS AGO", "距今天数")                                                          \
  X(ColUsualGap, "USUAL GAP", "通常间隔")                                                          \
  X(ColFresh, "FRESHNESS", "更新状况")                                                             \
  X(ColArrived, "ARRIVED", "到达时间")                                                             \
  X(ColLate, "LATE (H)", "迟到（小时）")                                                           \
  X(ColSuspicious, "SUSPICIOUS", "存疑")                                                           \
  X(ColDiscarded, "DISCARDED", "作废")                                                             \
  X(ColFrozen, "FROZEN", "不变")                                                                   \
  X(ColFlat, "FLAT", "无差")                                                                       \
  X(ColCorrected, "CORRECTED", "更正")                                                             \
  X(ColBatches, "BATCHES", "批次")                                                                 \
  X(ColAdded, "NEW", "新增")                                                                       \
  X(ColDuplicate, "EQUAL", "重复")                                                                 \
  X(ColRefused, "REFUSED", "拒收")                                                                 \
  X(ColReviews, "REVIEWS", "复核")                                                                 \
  X(ColLast, "LAST", "末批时间")                                                                   \
  X(ColFrom, "FROM", "原值")                                                                       \
  X(ColTo, "TO", "现值")                                                                           \
  X(ColPreviousPrice, "BEFORE", "此前价格")                                                        \
  X(ColFigure, "FIGURE", "项目")                                                                   \
  X(FigureWindow, "days looked at", "考察天数")                                                    \
  X(FigureAnswered, "days reported", "有报天数")                                                   \
  X(FigureTraded, "days traded", "交易天数")                                                       \
  X(FigureRepeated, "days with the quote before", "与前一报价相同的天数")                          \
  X(FigureSame, "the quote has stood for", "现报价已持续")                                         \
  X(FigureFlat, "low = modal = high for", "高低均价相同已持续")                                    \
  X(FigureNewest, "newest day", "最新日")                                                          \
  X(FigureGap, "usual gap (days)", "通常间隔（天）")                                               \
  X(FigureDelay, "usual delay (hours)", "通常时延（小时）")                                        \
  X(HelpData, "How complete, late and doubtful the data is", "数据质量：齐全、及时、可疑")         \
  X(HelpDataHealth, "How the markets of a region reported on a day", "某日各市场的报送情况")       \
  X(HelpDataGaps, "Series that were to report and did not", "应报未报的序列")                      \
  X(HelpDataSources, "What each source sent on each day, and what became of it",                   \
    "各数据源每日报送与处理情况")                                                                  \
  X(HelpDataSeries, "How one series was reported lately", "一个序列近期的报送情况")                \
  X(HelpPricesCorrections, "What was corrected: who, when, from, to",                              \
    "更正记录：何人、何时、由何改为何")                                                            \
  X(HelpPricesSuspicious, "Rows that wait for a review", "待复核的可疑报价")                       \
  X(HelpPricesConfirm, "Confirm a doubtful row: it counts", "确认一条报价：计入分析")              \
  X(HelpPricesDiscard, "Discard a wrong row: it stays visible and counts nowhere",                 \
    "作废一条报价：保留可见，不计入任何分析")                                                      \
  X(OptHealthDate, "Market day (default: each market's today)", "市场日（默认各市场当日）")        \
  X(OptSource, "Only this source", "只看此数据源")                                                 \
  X(OptDayZone, "Whose days: an IANA time zone (default Asia/Shanghai)",                           \
    "按何时区计日：IANA 时区（默认 Asia/Shanghai）")                                               \
  X(OptRecordedFrom, "Recorded then or later: RFC 3339, or a day (its end)",                       \
    "入库不早于：RFC 3339 或日期（当日终）")                                                       \
  X(OptRecordedTo, "Recorded before: RFC 3339, or a day (its end)",                                \
    "入库早于：RFC 3339 或日期（当日终）")                                                         \
  X(OptShowDiscarded, "Those that were discarded instead", "改看已作废的")                         \
  X(OptShowUnmoved, "Those with a frozen or flat quote instead; they count",                       \
    "改看报价长期不变或无差的（仍计入分析）")                                                      \
  X(OptRowDate, "The market day: 2026-03-01", "市场日：2026-03-01")                                \
  X(OptLot, "The lot, 0 for the first", "批次，首批为 0")                                          \
  X(OptRequestId, "For sending the same again (default: a new one)",                               \
    "请求编号，重发时用同一编号（默认新编号）")
