//! What is made where: industries, the posts in them and what people meet there.

/// A post: workshop, post and hazard factor (list HAZARD).
pub(crate) type Post = (&'static str, &'static str, &'static str);

/// A trade.
pub(crate) struct Trade {
    /// Industry of new firms (GB/T 4754-2017).
    pub code: &'static str,
    /// Word in the firm's name.
    pub word: &'static str,
    /// Posts with hazards.
    pub posts: &'static [Post],
    /// Share among new firms.
    pub weight: f64,
    /// Typical staff.
    pub staff: f64,
    /// The hazard is of the severe class.
    pub severe: bool,
}

const STONE: &[Post] = &[
    ("破碎车间", "破碎工", "D001"),
    ("采场", "凿岩工", "D001"),
    ("筛分车间", "筛分工", "D001"),
    ("破碎车间", "巡检工", "P001"),
    ("采场", "铲装工", "P001"),
];
const METAL: &[Post] = &[
    ("焊接车间", "电焊工", "D011"),
    ("焊接车间", "打磨工", "D036"),
    ("冲压车间", "冲压工", "P001"),
    ("焊接车间", "装配工", "P001"),
    ("涂装车间", "喷漆工", "C030"),
    ("焊接车间", "电焊工", "C003"),
];
const FOUNDRY: &[Post] =
    &[("造型车间", "造型工", "D001"), ("清理车间", "清砂工", "D001"), ("清理车间", "打磨工", "P001"), ("熔炼车间", "浇注工", "P002")];
const STEEL: &[Post] = &[
    ("炼铁车间", "炉前工", "P002"),
    ("炼铁车间", "炉前工", "C019"),
    ("原料车间", "配料工", "D052"),
    ("轧钢车间", "轧钢工", "P001"),
    ("炼钢车间", "炼钢工", "P002"),
    ("风机房", "巡检工", "P001"),
];
const COKE: &[Post] = &[
    ("备煤车间", "输煤工", "D002"),
    ("炼焦车间", "炉顶工", "C019"),
    ("化产车间", "化产工", "C028"),
    ("化产车间", "巡检工", "C016"),
    ("炼焦车间", "推焦工", "P001"),
];
const CHEMISTRY: &[Post] = &[
    ("合成车间", "合成工", "C029"),
    ("合成车间", "投料工", "C030"),
    ("储罐区", "装卸工", "C016"),
    ("公用工程", "空压工", "P001"),
    ("合成车间", "巡检工", "C201"),
];
const CEMENT: &[Post] = &[
    ("包装车间", "包装工", "D007"),
    ("原料车间", "破碎工", "D038"),
    ("粉磨车间", "巡检工", "P001"),
    ("包装车间", "装车工", "D007"),
    ("搅拌车间", "配料工", "D007"),
];
const GLASS: &[Post] =
    &[("配料车间", "配料工", "D001"), ("熔制车间", "熔制工", "P002"), ("成型车间", "成型工", "P001"), ("切割车间", "磨边工", "P001")];
const WOOD: &[Post] =
    &[("木工车间", "锯切工", "D032"), ("木工车间", "砂光工", "D032"), ("木工车间", "锯切工", "P001"), ("涂装车间", "喷漆工", "C030")];
const RUBBER: &[Post] =
    &[("炼胶车间", "炼胶工", "D006"), ("成型车间", "成型工", "C029"), ("硫化车间", "硫化工", "P002"), ("炼胶车间", "密炼工", "P001")];
const POWER: &[Post] =
    &[("输煤系统", "输煤工", "D002"), ("锅炉房", "司炉工", "P001"), ("锅炉房", "司炉工", "P002"), ("脱硝系统", "巡检工", "C016")];
const FOOD: &[Post] = &[("加工车间", "加工工", "P001"), ("制冷机房", "制冷工", "C016")];
const TEXTILE: &[Post] = &[("纺纱车间", "挡车工", "P001"), ("前纺车间", "清花工", "D052")];
const WATER: &[Post] = &[("泵房", "运行工", "P001"), ("加药间", "加药工", "C201")];
const REPAIR: &[Post] = &[("钣金间", "钣金工", "P001"), ("喷漆间", "喷漆工", "C030")];
const FITTING: &[Post] = &[("现场", "木工", "D032"), ("现场", "油漆工", "C030"), ("现场", "切割工", "P001")];
const OFFICE: &[Post] = &[("机房", "值守工", "P001")];

const fn trade(code: &'static str, word: &'static str, posts: &'static [Post], weight: f64, staff: f64, severe: bool) -> Trade {
    Trade { code, word, posts, weight, staff, severe }
}

/// Trades of the region. The two digits in front of a firm's industry choose its trade.
pub(crate) const TRADES: [Trade; 27] = [
    trade("0810", "铁矿", STONE, 2.0, 90.0, true),
    trade("1012", "采石", STONE, 3.0, 40.0, true),
    trade("1361", "食品", FOOD, 4.0, 60.0, false),
    trade("1713", "纺织", TEXTILE, 2.0, 70.0, false),
    trade("2110", "家具", WOOD, 4.0, 30.0, false),
    trade("2521", "焦化", COKE, 0.6, 260.0, true),
    trade("2614", "化工", CHEMISTRY, 3.0, 60.0, true),
    trade("2710", "制药", CHEMISTRY, 2.0, 80.0, true),
    trade("2911", "橡塑", RUBBER, 4.0, 40.0, false),
    trade("3011", "建材", CEMENT, 3.0, 60.0, true),
    trade("3021", "建材", CEMENT, 5.0, 35.0, true),
    trade("3041", "玻璃", GLASS, 2.0, 80.0, true),
    trade("3110", "钢铁", STEEL, 1.0, 240.0, true),
    trade("3130", "钢铁", STEEL, 2.0, 150.0, false),
    trade("3311", "机械", METAL, 7.0, 35.0, false),
    trade("3391", "铸造", FOUNDRY, 3.0, 50.0, true),
    trade("3412", "机械", METAL, 5.0, 45.0, false),
    trade("3670", "汽配", METAL, 5.0, 60.0, false),
    trade("3731", "船舶", METAL, 1.5, 180.0, false),
    trade("3825", "电器", METAL, 3.0, 50.0, false),
    trade("4411", "热电", POWER, 1.0, 120.0, false),
    trade("4610", "水务", WATER, 1.0, 30.0, false),
    trade("5011", "装饰", FITTING, 4.0, 25.0, false),
    trade("8111", "汽修", REPAIR, 5.0, 15.0, false),
    trade("5333", "物流", OFFICE, 2.0, 40.0, false),
    trade("6110", "酒店", OFFICE, 2.0, 40.0, false),
    trade("5211", "商贸", OFFICE, 2.0, 12.0, false),
];

/// The trade of an industry.
pub(crate) fn of(industry: &str) -> &'static Trade {
    let front = industry.get(..2).unwrap_or_default();
    let exact = TRADES.iter().find(|t| t.code == industry);
    exact.or_else(|| TRADES.iter().find(|t| t.code.starts_with(front))).unwrap_or(&TRADES[TRADES.len() - 1])
}

/// Sections B, C and D of GB/T 4754-2017: mining, manufacturing, power, heat, gas and water.
pub(crate) fn industrial(industry: &str) -> bool {
    matches!(industry.get(..2).and_then(|d| d.parse::<u8>().ok()), Some(6..=46))
}
