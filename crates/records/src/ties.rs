//! What ties an account to records besides region and organisation: whose account it is, whom its organisation serves, which single
//! records were opened to it. Kept as settings below `access/<login>/`, read once a request.

use crate::access::{self, Reach, Wish};
use crate::caller::{Caller, Grant};
use crate::door::{Door, DoorError};
use crate::port::{Account, Action, Column, Filter, Op, Query, Stored};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use zhijian_kinds::access::With;
use zhijian_kinds::kind::Format;
use zhijian_kinds::{Kind, Regions, text};

/// Setting of the person whose account it is.
const PERSON: &str = "person";
/// Member of the sealed value that holds the number.
const ID_NO: &str = "id_no";
/// Prefix of the settings of opened records.
const GRANT: &str = "grant/";

fn setting(login: &str, name: &str) -> String {
    format!("access/{login}/{name}")
}

impl Door {
    /// The caller behind an account, with all its ties.
    ///
    /// # Errors
    /// The store failed.
    pub async fn caller(&self, account: &Account) -> Result<Caller, DoorError> {
        let mut caller = Caller::from(account);
        self.survivor_of_organisation(&mut caller).await?;
        let prefix = setting(&account.login, "");
        let now = self.now();
        for (name, value) in self.store.settings(&prefix).await.map_err(Self::store_error("account"))? {
            match name.strip_prefix(&prefix) {
                Some(PERSON) => caller.ties.person = self.person_tokens(&account.login, &value)?,
                Some(name) if name.starts_with(GRANT) => {
                    caller.ties.grants.extend(serde_json::from_str::<Grant>(&value).ok().filter(|g| g.until > now));
                }
                _ => {}
            }
        }
        if !caller.organisation.is_empty() {
            if self.needs(&caller, |row| row.scope == Reach::Own && row.with == With::Name || row.scope == Reach::Clients) {
                self.organisation(&mut caller).await?;
            }
            if self.needs(&caller, |row| row.scope == Reach::Clients) {
                caller.ties.clients = self.clients(&caller).await?;
            }
        }
        Ok(caller)
    }

    fn needs(&self, caller: &Caller, want: impl Fn(&zhijian_kinds::access::Row) -> bool) -> bool {
        self.catalogue.kinds.values().flat_map(|kind| &kind.rights.allowed).any(|a| want(&a.row) && caller.has_any(&a.row.roles))
    }

    /// Name and county of the own organisation, whichever register it stands in.
    async fn organisation(&self, caller: &mut Caller) -> Result<(), DoorError> {
        for kind in self.catalogue.kinds.values().filter(|kind| kind.owner.is_none() && kind.lookup.contains_key("name")) {
            let found = self.store.find(&kind.kind, &caller.organisation).await.map_err(Self::store_error(&kind.kind))?;
            let Some(found) = found.filter(|r| !r.retracted) else { continue };
            let data = found.document();
            caller.ties.organisation_name = data.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            caller.ties.organisation_region = Regions::prefix(&found.region).to_owned();
            return Ok(());
        }
        Ok(())
    }

    /// County of an account's organisation, or empty.
    pub(crate) async fn organisation_region(&self, caller: &Caller) -> Result<String, DoorError> {
        for kind in self.catalogue.kinds.values().filter(|kind| kind.owner.is_none() && !caller.organisation.is_empty()) {
            let found = self.store.find(&kind.kind, &caller.organisation).await.map_err(Self::store_error(&kind.kind))?;
            if let Some(found) = found.filter(|r| !r.retracted) {
                return Ok(found.region);
            }
        }
        Ok(String::new())
    }

    async fn clients(&self, caller: &Caller) -> Result<Vec<String>, DoorError> {
        let mut all: Vec<String> = Vec::new();
        for service in &self.catalogue.roles.clients {
            let value = match service.with {
                With::Id => &caller.organisation,
                With::Name => &caller.ties.organisation_name,
                With::County => &caller.region,
            };
            if value.is_empty() {
                continue;
            }
            let mut filters = vec![Filter::field(&service.by, Op::Eq, value)];
            if !service.states.is_empty() {
                filters.push(Filter::system("state", Op::In, &service.states.join(",")));
            }
            let query = Query::everything(&service.kind, filters);
            let owners = self.store.count_by(&query, &Column::System("owner".into())).await.map_err(Self::store_error(&service.kind))?;
            all.extend(owners.into_iter().map(|(owner, _)| owner).filter(|owner| !owner.is_empty()));
        }
        all.sort();
        all.dedup();
        Ok(all)
    }

    /// Says whose account this is: records about the person with this identity number are its own (domain A.2 R10).
    ///
    /// # Errors
    /// The number is malformed; the store failed.
    pub async fn tie_person(&self, by: &Caller, login: &str, id_no: &str) -> Result<(), DoorError> {
        let id_no = text::identifier(id_no);
        // Sealed and not as a token: tokens change with their key.
        let sealed = if id_no.is_empty() {
            String::new()
        } else {
            zhijian_kinds::ident::id_no(&id_no, &self.today())
                .map_err(|_| DoorError::BadRequest("证件号码不正确，应为18位居民身份证号".into()))?;
            self.person_field().ok_or_else(|| DoorError::BadRequest("没有以证件号识别人员的表单".into()))?;
            let private = Map::from_iter([(ID_NO.to_owned(), Value::String(id_no))]);
            STANDARD.encode(self.vault.seal(PERSON, login, &private)?)
        };
        self.note(by, Action::Administer, "account", login, "设置本人证件号", "web").await?;
        self.store.set_setting(&setting(login, PERSON), &sealed).await.map_err(Self::store_error("account"))
    }

    /// Is a person tied to the account?
    ///
    /// # Errors
    /// The store failed.
    pub async fn tied_person(&self, login: &str) -> Result<bool, DoorError> {
        let token = self.store.setting(&setting(login, PERSON)).await.map_err(Self::store_error("account"))?;
        Ok(token.is_some_and(|t| !t.is_empty()))
    }

    /// Tokens of the identity number that is kept, sealed, for an account.
    fn person_tokens(&self, login: &str, kept: &str) -> Result<Vec<String>, DoorError> {
        let sealed = STANDARD.decode(kept).unwrap_or_default();
        let private = self.vault.open(PERSON, login, &sealed)?;
        let id_no = private.get(ID_NO).and_then(Value::as_str);
        Ok(id_no.zip(self.person_field()).map(|(id_no, field)| self.vault.tokens(field, id_no)).unwrap_or_default())
    }

    /// Seals the identity numbers kept for accounts again under the key that writes now; returns how many were.
    pub(crate) async fn reseal_persons(&self) -> Result<u64, DoorError> {
        let mut done = 0;
        for (name, kept) in self.store.settings("access/").await.map_err(Self::store_error("account"))? {
            let Some(login) = name.strip_prefix("access/").and_then(|rest| rest.strip_suffix("/person")) else { continue };
            let sealed = STANDARD.decode(&kept).unwrap_or_default();
            if let Some(fresh) = self.vault.reseal(PERSON, login, &sealed)? {
                self.store.set_setting(&name, &STANDARD.encode(fresh)).await.map_err(Self::store_error("account"))?;
                done += 1;
            }
        }
        Ok(done)
    }

    fn person_field(&self) -> Option<&zhijian_kinds::Field> {
        self.catalogue.kinds.values().flat_map(|kind| &kind.fields).find(|f| f.blind && f.format == Some(Format::IdNo))
    }

    /// Opens a record to an account and writes it down.
    pub(crate) async fn open_to(&self, login: &str, grant: &Grant) -> Result<(), DoorError> {
        let name = setting(login, &format!("{GRANT}{}/{}", grant.kind, grant.id));
        let value = serde_json::to_string(grant).map_err(|_| DoorError::BadRequest("无法保存授权".into()))?;
        self.store.set_setting(&name, &value).await.map_err(Self::store_error(&grant.kind))
    }

    /// The record itself, for those steps of the door that decide by other rules than a scope.
    pub(crate) async fn stored(&self, kind: &Kind, id: &str) -> Result<Stored, DoorError> {
        let found = self.store.find(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?;
        found.filter(|r| !r.retracted).ok_or(DoorError::NotFound)
    }

    /// Records of a kind about the person with this identity number.
    pub(crate) async fn about_person(&self, kind: &Kind, id_no: &str) -> Result<Vec<Stored>, DoorError> {
        let Some(field) = kind.field("id_no").filter(|f| f.blind) else { return Ok(Vec::new()) };
        let query = Query { limit: 50, ..Query::everything(&kind.kind, vec![self.token_filter(field, id_no)]) };
        Ok(self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?.rows)
    }

    /// Assigns a record to an account (an open case, an appraisal, a review): its role then reads it as the policy says.
    ///
    /// # Errors
    /// The assigner does not oversee, or may not see the record; the account is unknown or its role gains nothing by it.
    pub async fn assign(&self, by: &Caller, kind: &str, id: &str, login: &str, days: i64, reason: &str) -> Result<(), DoorError> {
        let kind = self.kind(kind)?;
        let overseer = by.system || self.catalogue.roles.any(&by.roles, |role| role.oversees);
        if !overseer {
            return Err(DoorError::NotAllowed { kind: format!("{}·指派", kind.title) });
        }
        let stored = self.stored(&kind, id).await?;
        let reach = access::territory(by);
        if !access::inside(&reach, access::Coordinates::of(&stored, &Map::new())) {
            return Err(DoorError::NotFound);
        }
        if reason.trim().is_empty() {
            return Err(DoorError::BadRequest("请填写指派事由（案号、鉴定号或任务）".into()));
        }
        let account = self.store.account(login).await.map_err(Self::store_error("account"))?.filter(|a| a.active);
        let Some(account) = account else { return Err(DoorError::BadRequest(format!("没有账号“{login}”，或已停用"))) };
        if !kind.rights.rows(&account.roles, Wish::Read).any(|a| a.row.scope == Reach::Granted) {
            return Err(DoorError::BadRequest(format!("账号“{login}”的角色不能因指派而查看“{}”", kind.title)));
        }
        let now = self.now();
        let grant = Grant {
            kind: kind.kind.clone(),
            id: id.to_owned(),
            until: now + days.clamp(1, 366) * 86_400_000_000,
            reason: reason.trim().to_owned(),
            by: by.login.clone(),
            at: now,
            emergency: false,
        };
        self.note(by, Action::Assign, &kind.kind, id, &format!("指派给 {login}（{days} 天）：{}", reason.trim()), "web").await?;
        self.open_to(login, &grant).await
    }
}
