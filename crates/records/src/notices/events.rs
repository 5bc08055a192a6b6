//! What happens on the platform besides records: jobs, exports, emergency access. Looked up where each is kept, so that nothing is lost
//! between what was done and what was noted about it.

use super::failed;
use super::notifier::{Round, Told};
use super::people::Whom;
use super::port::Mark;
use super::telling::Matter;
use crate::clock::shown;
use crate::door::DoorError;
use crate::emergency::Notice as Emergency;
use crate::exports::{ExportRequest, Standing};
use zhijian_kinds::notice::{Happening, Notice};

/// Newest jobs that are looked at.
const JOBS: u32 = 200;
const DAY: i64 = 86_400_000_000;

/// Tells what has happened since the horizon and was not told yet.
pub(super) async fn tell(round: &mut Round<'_>, told: &mut Told) -> Result<(), DoorError> {
    let catalogue = std::sync::Arc::clone(&round.door.catalogue);
    let since = round.begun.max(round.now - round.timing.horizon_days * DAY);
    for notice in catalogue.notices.values() {
        match notice.on.event {
            Some(Happening::JobFinished) => jobs(round, notice, since, told).await?,
            Some(Happening::ExportAsked) => exports(round, notice, since, false, told).await?,
            Some(Happening::ExportDecided) => exports(round, notice, since, true, told).await?,
            Some(Happening::BreakGlass) => emergencies(round, notice, since, told).await?,
            None => {}
        }
    }
    Ok(())
}

async fn jobs(round: &mut Round<'_>, notice: &Notice, since: i64, told: &mut Told) -> Result<(), DoorError> {
    for job in round.door.store.jobs(None, JOBS).await.map_err(failed)? {
        if job.state == "running" || job.updated < since || job.login.is_empty() {
            continue;
        }
        let outcome = match job.state.as_str() {
            "done" => "已完成",
            "cancelled" => "已取消",
            _ => "未能完成",
        };
        let what = match job.what.as_str() {
            "import" => "导入任务",
            "export" => "导出任务",
            "evaluate" => "评估任务",
            "rederive" => "重算任务",
            _ => "后台任务",
        };
        let whom = Whom { login: job.login.clone(), ..Whom::default() };
        let matter =
            Matter { params: vec![("what", what.into()), ("outcome", outcome.into()), ("job", job.id.clone())], ..Matter::default() };
        let key = format!("{}/{}/{}", notice.notice, job.id, job.state);
        regional(round, notice, key, &whom, "", &matter, told).await?;
    }
    Ok(())
}

async fn exports(round: &mut Round<'_>, notice: &Notice, since: i64, decided: bool, told: &mut Told) -> Result<(), DoorError> {
    let requests = round.door.store.settings("export/").await.map_err(failed)?;
    for request in requests.iter().rev().filter_map(|(_, text)| serde_json::from_str::<ExportRequest>(text).ok()) {
        let title = round.door.catalogue.kind(&request.wanted.kind).map(|k| k.title.clone()).unwrap_or_default();
        let key = format!("{}/{}", notice.notice, request.id);
        if decided {
            let outcome = match request.standing {
                Standing::Asked => continue,
                Standing::Refused => "未获同意",
                Standing::Approved | Standing::Taken => "已获批准，请在期限内下载",
            };
            if request.decided_at >= since {
                let whom = Whom { login: request.login.clone(), ..Whom::default() };
                let matter =
                    Matter { params: vec![("kind", title), ("outcome", outcome.into()), ("link", "/exports".into())], ..Matter::default() };
                regional(round, notice, key, &whom, "", &matter, told).await?;
            }
        } else if request.standing == Standing::Asked && request.at >= since {
            let roles = round.door.catalogue.roles.exports.approvers.clone();
            let whom = Whom { roles, ..whom_of(notice) };
            let params =
                vec![("kind", title), ("name", request.name.clone()), ("rows", request.rows.to_string()), ("link", "/exports".into())];
            let matter = Matter { params, ..Matter::default() };
            let own = request.login.clone();
            without(round, notice, key, &whom, &request.region, &matter, &own, told).await?;
        }
    }
    Ok(())
}

async fn emergencies(round: &mut Round<'_>, notice: &Notice, since: i64, told: &mut Told) -> Result<(), DoorError> {
    for (name, text) in round.door.store.settings("access-notice/").await.map_err(failed)? {
        let Ok(one) = serde_json::from_str::<Emergency>(&text) else { continue };
        if one.at < since {
            continue;
        }
        let roles = round.door.catalogue.roles.roles.iter().filter(|(_, role)| role.oversees).map(|(code, _)| code.clone()).collect();
        let whom = Whom { roles, organisation: one.owner.clone(), ..whom_of(notice) };
        let title = round.door.catalogue.kind(&one.kind).map(|k| k.title.clone()).unwrap_or_default();
        let until = shown(one.until).replace('T', " ").chars().take(16).collect();
        let params = vec![("kind", title), ("name", one.name.clone()), ("until", until), ("link", "/emergency".into())];
        let matter = Matter { params, ..Matter::default() };
        let key = format!("{}/{name}", notice.notice);
        without(round, notice, key, &whom, &one.region, &matter, &one.login, told).await?;
    }
    Ok(())
}

fn whom_of(notice: &Notice) -> Whom {
    Whom { reach: notice.reach, ..Whom::default() }
}

async fn regional(
    round: &mut Round<'_>,
    notice: &Notice,
    key: String,
    whom: &Whom,
    region: &str,
    matter: &Matter,
    told: &mut Told,
) -> Result<(), DoorError> {
    without(round, notice, key, whom, region, matter, "", told).await
}

/// Tells whose territory holds the region, but not the one who did it.
#[expect(clippy::too_many_arguments, reason = "each is one part of what is told")]
async fn without(
    round: &mut Round<'_>,
    notice: &Notice,
    key: String,
    whom: &Whom,
    region: &str,
    matter: &Matter,
    actor: &str,
    told: &mut Told,
) -> Result<(), DoorError> {
    if !round.door.store.marked(std::slice::from_ref(&key)).await.map_err(failed)?.is_empty() {
        return Ok(());
    }
    let mut readers = round.people().await?.for_region(whom, region);
    readers.retain(|login| login != actor);
    let telling = round.compose(notice, Mark { key, ..Mark::default() }, matter, readers).await?;
    round.write(&telling, told).await
}
