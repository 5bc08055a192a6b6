//! The operations of the cockpit: boards, map, forecast and gap.

use super::operation::{Access, Operation, get};
use super::operations::FILES;
use super::{boards, layers, outlook, plan_params};

/// Boards and layers of the map.
pub fn boards_and_map() -> [Operation; 7] {
    let here = "一张网与看板";
    [
        get("/boards", boards::list).named("listBoards", here, "全部看板及其面板").access(Access::Region).gives(200, "BoardList"),
        get("/boards/{board}", boards::read)
            .named("readBoard", here, "一块看板：各面板的行、列、数、口径与记录地址")
            .access(Access::Region)
            .query(&boards::BOARD)
            .gives(200, "BoardFilled"),
        get("/boards/{board}/{panel}", boards::panel)
            .named("readPanel", here, "一个面板的数")
            .access(Access::Region)
            .query(&boards::PANEL)
            .gives(200, "PanelFilled")
            .also(FILES),
        get("/boards/{board}/{panel}/units", boards::behind)
            .named("listPanelUnits", here, "面板中一个数所计的记录")
            .access(Access::Region)
            .query(&boards::UNITS)
            .query(&boards::LISTING)
            .gives(200, "CountedPage"),
        get("/layers", layers::list).named("listLayers", here, "一张网的全部图层").access(Access::Region).gives(200, "LayerList"),
        get("/layers/{layer}", layers::read)
            .named("readLayer", here, "一个图层：下级各区划的数，及下钻与记录的地址")
            .access(Access::Region)
            .query(&layers::LAYER)
            .gives(200, "LayerFilled")
            .also(FILES),
        get("/layers/{layer}/units", layers::units)
            .named("listLayerUnits", here, "图层中一个区划的数所计的记录")
            .access(Access::Region)
            .query(&layers::UNITS)
            .gives(200, "CountedPage"),
    ]
}

/// Where a plan will stand, and what it lacks.
pub fn outlooks() -> [Operation; 2] {
    let here = "规划与指标";
    [
        get("/plans/{plan}/forecast", outlook::forecast)
            .named("forecastPlan", here, "规划各行的年末预测：月末值、预测区间与判断")
            .access(Access::Region)
            .query(&plan_params::EVALUATION)
            .gives(200, "PlanForecast")
            .also(FILES),
        get("/plans/{plan}/indicators/{code}/gap", outlook::gap)
            .named("readGap", here, "一项指标各区划对目标差距的贡献；各地之和等于全域的缺口")
            .access(Access::Region)
            .query(&plan_params::GAP)
            .gives(200, "PlanGap"),
    ]
}
