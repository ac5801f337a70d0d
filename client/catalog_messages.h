#pragma once

// What the program says about changing the catalog, in the form of GLUTWATCH_MESSAGES (messages.h,
// which makes all into one list): X(id, English, Chinese).
#define GLUTWATCH_CATALOG_MESSAGES(X)                                                            \
  X(OriginPerson, "person", "人工")                                                              \
  X(OriginFile, "file", "文件")                                                                  \
  X(OriginFeed, "feed", "数据源")                                                                \
  X(OriginServer, "server", "系统")                                                              \
  X(ChangeNew, "new", "新增")                                                                    \
  X(CatalogAdded, "$0: added", "$0：已新增")                                                     \
  X(CatalogChanged, "$0: changed", "$0：已更改")                                                 \
  X(CatalogRetired, "$0: retired from $1 on", "$0：自 $1 起停用")                                \
  X(CatalogReinstated, "$0: in use again", "$0：恢复使用")                                       \
  X(MergeDone, "$0 is now part of $1", "$0 已并入 $1")                                           \
  X(MergePossible, "$0 can be merged into $1; nothing was changed", "$0 可并入 $1；未作改动")    \
  X(MergePrices,                                                                                 \
    "  $0 series: $1 prices moved, $2 were there already, $3 differ (those of $4 stand)",        \
    "  $0 个序列：移入价格 $1 条，已有 $2 条，不一致 $3 条（以 $4 为准）")                       \
  X(MergeArrivals, "  $0 of the moved prices lost their arrivals: no conversion of the units",   \
    "  其中 $0 条的上市量因单位无法换算未移入")                                                  \
  X(MergeReports, "  $0 reports now count as its own", "  $0 条填报计入其名下")                  \
  X(ColOrigin, "ORIGIN", "来源类别")                                                             \
  X(ColAuthor, "BY", "操作人")                                                                   \
  X(ColResource, "RESOURCE", "对象")                                                             \
  X(ColChange, "CHANGE", "变更内容")                                                             \
  X(ColWhy, "WHY", "原因")                                                                       \
  X(ColChangedAt, "WHEN", "时间")                                                                \
  X(ColStanding, "STANDING", "状态")                                                             \
  X(StandingMerged, "part of $0", "已并入 $0")                                                   \
  X(StandingRetired, "retired from $0", "自 $0 停用")                                            \
  X(HelpCatalogAdd, "Add a region, market or product", "新增地区、市场或品种")                   \
  X(HelpCatalogChange, "Change a region, market or product: rename, move ...",                   \
    "更改地区、市场或品种：改名、迁移等")                                                        \
  X(HelpCatalogAlias, "Give a market or product further names, or take some away",               \
    "增减市场或品种的别名")                                                                      \
  X(HelpCatalogMerge, "Merge a market or product into another; it cannot be undone",             \
    "将一个市场或品种并入另一个；不可撤销")                                                      \
  X(HelpCatalogRetire, "Expect nothing more of a market or product", "停用市场或品种")           \
  X(HelpCatalogHistory, "Who changed what, newest first", "变更记录，最新的在前")                \
  X(OptResource, "regions/..., markets/... or products/...",                                     \
    "regions/...、markets/... 或 products/...")                                                  \
  X(OptMarketOrProduct, "markets/... or products/...", "markets/... 或 products/...")            \
  X(OptDisplayName, "Name in the local language", "名称")                                        \
  X(OptDisplayNameEn, "English name", "英文名称")                                                \
  X(OptInRegion, "Of a market: its region; of a region: its parent", "市场所在地区；地区的上级") \
  X(OptMarketKind, "Of a market: wholesale, producing_area, retail or farm_gate",                \
    "市场类型：wholesale、producing_area、retail 或 farm_gate")                                  \
  X(OptTimeZone, "Of a market: IANA time zone (Asia/Shanghai)", "市场时区（Asia/Shanghai）")     \
  X(OptPosition, "LATITUDE,LONGITUDE in degrees", "纬度,经度（度）")                             \
  X(OptProductCategory, "Of a product: vegetable, fruit ...", "品种类别：vegetable、fruit 等")   \
  X(OptShelfLife, "Of a product: days without cold storage", "品种常温货架期（天）")             \
  X(OptProductDimension, "Of a product: mass, count or volume",                                  \
    "品种计量方式：mass、count 或 volume")                                                       \
  X(OptAliasAdd, "Another name (repeatable)", "别名（可重复）")                                  \
  X(OptAliasRemove, "Take this name away (repeatable)", "取消的别名（可重复）")                  \
  X(OptInto, "What stays", "并入的对象")                                                         \
  X(OptRetireDate, "First day without it (default: today)", "停用起始日（默认今天）")            \
  X(OptReinstate, "Use it again", "恢复使用")                                                    \
  X(OptHistoryLimit, "At most so many changes", "最多显示的条数")
