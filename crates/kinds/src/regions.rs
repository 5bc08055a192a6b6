//! The region tree (行政区划): divisions, functional zones and townships, and how offices write them.
//!
//! Two township code systems exist (civil affairs and statistics); they reuse codes for different towns. Only the civil-affairs
//! one is loaded here, and towns are matched by county and name, never by code across systems.

use crate::text;
use std::collections::HashMap;

/// Level of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 省级
    Province,
    /// 地级
    City,
    /// 县级
    County,
    /// 功能区: no county, hangs under its city.
    Zone,
    /// 乡级
    Town,
}

impl Level {
    /// Word used in the lake and the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::Zone => "zone",
            Self::Town => "town",
        }
    }
}

/// One region.
#[derive(Debug, Clone)]
pub struct Region {
    /// 6 digits, townships 9.
    pub code: String,
    /// Name.
    pub name: String,
    /// Superior.
    pub parent: String,
    /// Level.
    pub level: Level,
    /// Short spellings that the data file lists.
    pub synonyms: Vec<String>,
}

/// Region and township of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// County, zone or the office's own region (6 digits).
    pub region: String,
    /// Township (9 digits), or empty.
    pub town: String,
    /// The township text was given but is not known there.
    pub town_unknown: bool,
}

/// The tree.
#[derive(Debug, Default)]
pub struct Regions {
    nodes: Vec<Region>,
    by_code: HashMap<String, usize>,
    /// Aliases of counties and zones, nationwide.
    by_alias: HashMap<String, Vec<usize>>,
    /// County code → township indexes.
    towns_of: HashMap<String, Vec<usize>>,
}

/// Ethnic groups that occur in names of autonomous counties; cut for short names (青龙满族自治县 → 青龙).
const ETHNIC: [&str; 38] = [
    "满族",
    "黎族",
    "苗族",
    "土家族",
    "回族",
    "蒙古族",
    "壮族",
    "瑶族",
    "侗族",
    "彝族",
    "白族",
    "傣族",
    "藏族",
    "羌族",
    "畲族",
    "水族",
    "布依族",
    "仡佬族",
    "仫佬族",
    "毛南族",
    "朝鲜族",
    "哈尼族",
    "拉祜族",
    "佤族",
    "傈僳族",
    "纳西族",
    "景颇族",
    "独龙族",
    "怒族",
    "普米族",
    "布朗族",
    "土族",
    "撒拉族",
    "东乡族",
    "保安族",
    "裕固族",
    "哈萨克族",
    "达斡尔族",
];

impl Regions {
    /// Builds the tree from the embedded CSV files.
    ///
    /// # Errors
    /// A message naming the file that cannot be read.
    pub fn parse(divisions: &str, zones: &str, towns: &str) -> Result<Self, String> {
        let mut tree = Self::default();
        for (file, content) in [("divisions.csv", divisions), ("zones.csv", zones), ("towns.csv", towns)] {
            let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(content.as_bytes());
            for row in reader.records() {
                let row = row.map_err(|e| format!("{file}：{e}"))?;
                let cell = |i: usize| row.get(i).unwrap_or_default().trim().to_owned();
                let level = match (file, cell(3).as_str()) {
                    ("towns.csv", _) => Level::Town,
                    ("zones.csv", _) => Level::Zone,
                    (_, "province") => Level::Province,
                    (_, "city") => Level::City,
                    _ => Level::County,
                };
                let synonyms = if level == Level::Town {
                    Vec::new()
                } else {
                    cell(4).split(';').filter(|s| !s.is_empty()).map(str::to_owned).collect()
                };
                tree.push(Region { code: cell(0), name: cell(1), parent: cell(2), level, synonyms });
            }
        }
        tree.index();
        Ok(tree)
    }

    fn push(&mut self, region: Region) {
        self.by_code.insert(region.code.clone(), self.nodes.len());
        if region.level == Level::Town {
            self.towns_of.entry(region.parent.clone()).or_default().push(self.nodes.len());
        }
        self.nodes.push(region);
    }

    fn index(&mut self) {
        for index in 0..self.nodes.len() {
            if matches!(self.nodes[index].level, Level::County | Level::Zone) {
                for alias in self.aliases(&self.nodes[index]) {
                    let list = self.by_alias.entry(alias).or_default();
                    if !list.contains(&index) {
                        list.push(index);
                    }
                }
            }
        }
    }

    /// All nodes: provinces, cities, counties, zones, then townships.
    #[must_use]
    pub fn all(&self) -> &[Region] {
        &self.nodes
    }

    /// The node with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Region> {
        self.by_code.get(code).map(|i| &self.nodes[*i])
    }

    /// Name of a code; the code when it is unknown.
    #[must_use]
    pub fn name<'a>(&'a self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |r| r.name.as_str())
    }

    /// Direct children.
    pub fn children<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Region> {
        self.nodes.iter().filter(move |r| r.parent == code)
    }

    /// Townships of a county.
    pub fn towns(&self, county: &str) -> impl Iterator<Item = &Region> {
        self.towns_of.get(county).into_iter().flatten().map(|i| &self.nodes[*i])
    }

    /// Code prefix that all regions of the subtree share: 130300 → `1303`, 130000 → `13`, 130302 → `130302`.
    #[must_use]
    pub fn prefix(code: &str) -> &str {
        if code.len() == 6 { code.strip_suffix("0000").or_else(|| code.strip_suffix("00")).unwrap_or(code) } else { code }
    }

    /// Names above a node, from the province down, with the node itself.
    #[must_use]
    pub fn full_name(&self, code: &str) -> String {
        let mut names = Vec::new();
        let mut at = self.get(code);
        while let Some(region) = at {
            names.push(region.name.as_str());
            at = self.get(&region.parent);
        }
        names.reverse();
        names.concat()
    }

    /// Spellings of a county or zone.
    fn aliases(&self, region: &Region) -> Vec<String> {
        let mut names = vec![region.name.clone()];
        names.extend(region.synonyms.iter().cloned());
        let short = short_name(&region.name);
        if region.level == Level::Zone {
            let parent = self.get(&region.parent).map(|p| p.name.clone()).unwrap_or_default();
            for head in [parent.as_str(), &short_name(&parent)] {
                if let Some(rest) = region.name.strip_prefix(head).filter(|rest| rest.chars().count() > 3 && !head.is_empty()) {
                    names.push(rest.to_owned());
                    names.push(format!("{}{rest}", short_name(&parent)));
                    match rest {
                        "经济技术开发区" => names.extend(["开发区", "经开区", "经济开发区"].map(str::to_owned)),
                        "高新技术产业开发区" => names.extend(["高新区", "高新技术开发区"].map(str::to_owned)),
                        _ => {}
                    }
                }
            }
        } else {
            if short.chars().count() > 1 {
                names.push(short.clone());
                // Offices also cut long names to their first two characters (山海关区 → 山海).
                names.push(region.name.chars().take(2).collect());
                if region.name.ends_with("自治县") {
                    names.push(format!("{short}县"));
                    names.push(format!("{short}自治县"));
                }
            }
        }
        let mut above = String::new();
        let mut heads = vec![String::new()];
        let mut chain = Vec::new();
        let mut at = self.get(&region.parent);
        while let Some(parent) = at {
            chain.push(parent);
            at = self.get(&parent.parent);
        }
        for parent in &chain {
            above = format!("{}{above}", parent.name);
            heads.push(above.clone());
            heads.push(short_name(&parent.name));
            heads.push(parent.name.clone());
        }
        let mut keys: Vec<String> = heads.iter().flat_map(|h| names.iter().map(move |n| text::word_key(&format!("{h}{n}")))).collect();
        keys.push(region.code.clone());
        keys.sort();
        keys.dedup();
        keys
    }

    /// Finds region and township of a row handed in by the office of `scope` (6 digits).
    ///
    /// County by name, short name or code, inside the scope. A township decides the county for rows of zones, of the office itself
    /// (市本级) or without a county. `None`: unknown or outside the scope.
    #[must_use]
    pub fn resolve(&self, scope: &str, county: &str, town: &str) -> Option<Place> {
        let prefix = Self::prefix(scope);
        let county_key = text::word_key(county);
        let node = if county_key.is_empty() { None } else { Some(self.county(scope, prefix, &county_key)?) };
        let town_key = text::word_key(town);
        if town_key.is_empty() {
            let region = node.map(|n| n.code.clone())?;
            return Some(Place { region, town: String::new(), town_unknown: false });
        }
        if let Some(node) = node.filter(|n| n.level == Level::County) {
            let found = self.town_in(&node.code, &town_key);
            return Some(Place {
                region: node.code.clone(),
                town: found.map(|t| t.code.clone()).unwrap_or_default(),
                town_unknown: found.is_none(),
            });
        }
        let mut hits = self.towns_of.keys().filter(|c| c.starts_with(prefix)).filter_map(|c| self.town_in(c, &town_key));
        match (hits.next(), hits.next(), node) {
            (Some(town), None, _) => Some(Place { region: town.parent.clone(), town: town.code.clone(), town_unknown: false }),
            (_, _, Some(node)) => Some(Place { region: node.code.clone(), town: String::new(), town_unknown: true }),
            _ => None,
        }
    }

    fn county(&self, scope: &str, prefix: &str, key: &str) -> Option<&Region> {
        let digits: String = key.chars().take_while(char::is_ascii_digit).collect();
        if digits.len() >= 6 && digits.len() == key.len() {
            return self.get(&digits[..6]).filter(|r| r.code.starts_with(prefix) && r.level != Level::Town);
        }
        if let Some(list) = self.by_alias.get(key)
            && let Some(hit) = list.iter().map(|i| &self.nodes[*i]).find(|r| r.code.starts_with(prefix))
        {
            return Some(hit);
        }
        let own = self.get(scope)?;
        let own_words = [own.name.clone(), short_name(&own.name), self.full_name(scope)].map(|n| text::word_key(&n));
        let level = match own.level {
            Level::Province => ["省本级", "省直", "省级"],
            Level::City => ["市本级", "市直", "市级"],
            _ => ["区本级", "县本级", "县级"],
        };
        let own_word = own_words
            .iter()
            .any(|w| w == key || key.strip_prefix(w.as_str()).is_some_and(|rest| level.contains(&rest) || matches!(rest, "本级" | "市直")));
        (own_word || level.contains(&key) || key == "本级").then_some(own)
    }

    fn town_in(&self, county: &str, key: &str) -> Option<&Region> {
        if key.len() >= 9 && key.bytes().all(|b| b.is_ascii_digit()) {
            return self.get(&key[..9]).filter(|t| t.parent == county);
        }
        let county_name = text::word_key(self.name(county));
        let key = key.strip_prefix(county_name.as_str()).filter(|rest| !rest.is_empty()).unwrap_or(key);
        let bare = key.strip_suffix("办事处").unwrap_or(key);
        let towns = || self.towns(county);
        towns()
            .find(|t| text::word_key(&t.name) == bare)
            .or_else(|| towns().find(|t| town_stem(&text::word_key(&t.name)) == town_stem(bare) && bare == town_stem(bare)))
    }

    /// Guesses the office's region from county texts: the city (or district run by a province) that explains most rows.
    #[must_use]
    pub fn infer<'a>(&self, counties: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let mut votes: HashMap<String, usize> = HashMap::new();
        for county in counties {
            let key = text::word_key(county);
            let mut seen: Vec<String> = Vec::new();
            let digits = key.len() >= 6 && key.bytes().all(|b| b.is_ascii_digit());
            let by_code = if digits { self.by_code.get(&key[..6]).map(std::slice::from_ref) } else { None };
            for index in by_code.or_else(|| self.by_alias.get(&key).map(Vec::as_slice)).unwrap_or_default() {
                let region = &self.nodes[*index];
                let office = match self.get(&region.parent) {
                    Some(parent) if parent.level == Level::City => parent.code.clone(),
                    _ => region.code.clone(),
                };
                if !seen.contains(&office) {
                    *votes.entry(office.clone()).or_default() += 1;
                    seen.push(office);
                }
            }
        }
        votes.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0))).map(|(code, _)| code)
    }
}

/// 海港区 → 海港, 青龙满族自治县 → 青龙, 秦皇岛市 → 秦皇岛.
#[must_use]
pub fn short_name(name: &str) -> String {
    if let Some(rest) = name.strip_suffix("自治县").or_else(|| name.strip_suffix("自治旗")) {
        let mut rest = rest;
        while let Some(cut) = ETHNIC.iter().find_map(|e| rest.strip_suffix(e)) {
            rest = cut;
        }
        return rest.to_owned();
    }
    ["市", "区", "县", "省", "旗"]
        .iter()
        .find_map(|s| name.strip_suffix(s))
        .filter(|rest| rest.chars().count() > 1)
        .unwrap_or(name)
        .to_owned()
}

fn town_stem(name: &str) -> &str {
    ["街道", "镇", "乡"].iter().find_map(|s| name.strip_suffix(s)).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    #[test]
    fn counties_zones_and_townships_are_found_as_offices_write_them() {
        let regions = &Catalogue::embedded().regions;
        let rows = [
            ("海港区", "", "130302", ""),
            ("海港", "杜庄镇", "130302", "130302"),
            ("青龙", "", "130321", ""),
            ("秦皇岛市青龙满族自治县", "祖山镇", "130321", "130321"),
            ("130322", "", "130322", ""),
            ("经济技术开发区", "珠江道街道", "130302", "130302"),
            ("北戴河新区", "南戴河街道", "130304", "130304"),
            ("北戴河新区", "大蒲河镇", "130322", "130322"),
            ("北戴河新区", "", "130372", ""),
            ("开发区", "", "130371", ""),
            ("市本级", "", "130300", ""),
            ("秦皇岛市", "", "130300", ""),
        ];
        for (county, town, region, town_prefix) in rows {
            let place = regions.resolve("130300", county, town).unwrap_or_else(|| panic!("{county} {town}"));
            assert_eq!(place.region, region, "{county} {town}");
            assert!(place.town.starts_with(town_prefix), "{county} {town}: {}", place.town);
        }
        for (county, why) in [("路北区", "another city"), ("火星区", "unknown"), ("120112", "another province")] {
            assert_eq!(regions.resolve("130300", county, ""), None, "{why}");
        }
        assert!(regions.resolve("130300", "海港区", "不存在乡").unwrap().town_unknown);
    }

    #[test]
    fn the_office_is_inferred_from_its_counties() {
        let regions = &Catalogue::embedded().regions;
        assert_eq!(regions.infer(["海港区", "抚宁区", "路北区", "昌黎县"]).as_deref(), Some("130300"));
        assert_eq!(regions.infer(["万州区", "万州区", "开州区"]).as_deref(), Some("500101"));
        assert_eq!(regions.infer(["白沙黎族自治县"]).as_deref(), Some("469025"));
        assert_eq!(regions.infer(["火星"]), None);
    }
}
