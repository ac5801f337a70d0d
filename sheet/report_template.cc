// The text of deploy/mappings/report_template.yaml; a test compares them.
#include "sheet/report_mapping.h"

namespace glutwatch::sheet {

absl::string_view ReportTemplateYaml() {
  return R"yaml(# The template that the program ships: used where a sheet of reports comes without a mapping.
#
# One line is one product of one region on one day; each figure column is one kind of report. A sheet
# needs the region, the product and at least one figure; the other columns may be missing. The unit is
# what the heading says, "库存(吨)"; 存栏 and 出栏 count 头 unless the heading says 羽.
columns:
  region: 地区|县区|县（市、区）|县市区|区域|Region|County
  product: 品种|产品|品名|品类|作物|Product
  grade: 规格|等级|Grade
  grower_class: 主体|经营主体|主体类型|Grower class
  site: 地点|网点|冷库|Site
  date: 日期|填报日期|统计日期|Date
  reporter: 填报人|上报人|Reporter
  unit: 单位|计量单位|Unit
  note: 备注|说明|Note
figures:
  - {column: 意向种植面积|种植意向|Planting intention, kind: planting_intention}
  - {column: 种植面积|Planted area, kind: planted_area}
  - {column: 种苗销量|种苗销售量|Seedling sales, kind: seedling_sales, unit: 株}
  - {column: 生育期|生育进程|Growth stage, kind: growth_stage}
  - {column: 预计单产|单产|Expected yield, kind: expected_harvest}
  - {column: 采收开始|采收开始日期|Harvest start, kind: expected_harvest, window: start}
  - {column: 采收结束|采收结束日期|Harvest end, kind: expected_harvest, window: end}
  - {column: 采收进度|Harvest progress, kind: harvest_progress, unit: "%"}
  - {column: 库存|库存量|Stock, kind: stock}
  - {column: 滞销量|滞销|Unsold backlog|Backlog, kind: unsold_backlog}
  - {column: 地头价|田头价|产地价|Farm-gate price, kind: farm_gate_price}
  - {column: 待装车时间|等待装车时间|Truck wait, kind: truck_wait}
  - {column: 存栏|存栏量|Animal stock, kind: animal_stock, unit: 头}
  - {column: 出栏|出栏量|Animal output, kind: animal_output, unit: 头}
may_lack_columns: true
)yaml";
}

}  // namespace glutwatch::sheet
