//! Handing in workbooks.

use super::{latest, table};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame, kinds_of, token};
use crate::session::Signed;
use crate::{jobs, links, posted, words};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, RawQuery, State};
use axum::response::Redirect;
use maud::{Markup, html};
use std::path::Path;
use tokio::io::AsyncWriteExt as _;
use zhijian_exchange::import::InputFile;
use zhijian_kinds::Kind;
use zhijian_records::access::{self, Wish};

fn filed<'a>(app: &'a App, signed: &Signed) -> Vec<&'a Kind> {
    kinds_of(app, signed).into_iter().flat_map(|(_, kinds)| kinds).filter(|k| access::may(&signed.caller, k, Wish::Import)).collect()
}

/// `GET /import?kind=`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let kinds = filed(&app, &signed);
    if kinds.is_empty() {
        return Err(PageError::NotAllowed("您的角色不报送记录".into()));
    }
    let mut chosen = String::new();
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        if name != "kind" || !kinds.iter().any(|k| k.kind == value) {
            return Err(PageError::BadRequest(format!("不认识查询参数“{name}={value}”")));
        }
        chosen = value;
    }
    let earlier = latest(&app, &signed, 20).await?;
    let body = html! {
        p.lead { "支持 xlsx、xls 和 csv（UTF-8、GBK），可一次选择多个文件；表格种类、表头和单位由系统识别，逐行给出结果。" }
        div.detail {
            div.detail-main {
                form.card.upload method="post" action="/import" enctype="multipart/form-data" data-once data-upload {
                    (token(&signed))
                    h2 { "上传表格" }
                    div.drop data-drop {
                        label for="files" { "选择文件，或拖到这里" }
                        input.form-control #files type="file" name="files" multiple required accept=".xlsx,.xls,.csv,.xlsm,.et,.txt,.tsv";
                        p.hint data-chosen { "单次上限 2 GB。" }
                    }
                    div.field {
                        label for="kind" { "表单种类" }
                        select.form-select #kind name="kind" {
                            option value="" { "自动识别" }
                            @for kind in &kinds { option value=(kind.kind) selected[kind.kind == chosen] { (kind.title) } }
                        }
                        p.hint { "一般不用选；表头不规范、识别有误时再指定。" }
                    }
                    div.form-bar { button.btn.btn-primary type="submit" { "开始导入" } }
                }
                section.card { h2 { "导入记录" } (table(&app, &earlier, false)) }
            }
            aside.detail-side {
                section.card {
                    h2 { "模板" }
                    ul.kind-list.compact { @for kind in &kinds { li { a href=(links::template(&kind.kind)) download { (kind.title) } } } }
                }
                section.card {
                    h2 { "怎样处理每一行" }
                    ul.plain {
                        li { strong { "收下" } "：符合要求；有疑问的附提示。" }
                        li { strong { "重复" } "：与已有记录相同，合并不重复计。" }
                        li { strong { "拒收" } "：不符合要求，其余各行照常收下。" }
                        li { "结果可下载标注好的原表，改正后直接再传。" }
                    }
                }
            }
        }
    };
    Ok(layout::page(&Frame { title: words::IMPORT, signed: Some(&signed), active: "/import", ..Frame::new(&app) }, body))
}

/// `POST /import`
pub async fn submit(signed: Signed, State(app): State<App>, mut form: Multipart) -> Result<Redirect, PageError> {
    let kinds = filed(&app, &signed);
    let id = jobs::new_id();
    let folder = jobs::folder(&app, &id);
    let (mut checked, mut kind, mut files) = (false, None, Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            posted::TOKEN => {
                posted::check(&signed, &field.text().await.map_err(broken)?)?;
                checked = true;
            }
            // The token stands first in the form: nothing is kept before it is right.
            _ if !checked => return Err(PageError::BadToken),
            "kind" => kind = Some(field.text().await.map_err(broken)?).filter(|k| !k.is_empty()),
            "files" => files.extend(keep(&folder, files.len(), field).await?),
            other => return Err(PageError::BadRequest(format!("不认识字段“{other}”"))),
        }
    }
    if files.is_empty() {
        return Err(PageError::BadRequest("请选择要导入的文件".into()));
    }
    if kind.as_ref().is_some_and(|k| !kinds.iter().any(|known| known.kind == *k)) || kinds.is_empty() {
        return Err(PageError::NotAllowed("您的角色不能报送该表单".into()));
    }
    if let Some(kind) = &kind {
        tokio::fs::write(folder.join(jobs::KIND), kind).await.map_err(PageError::failed("保存上传文件"))?;
    }
    let old = app.clone();
    tokio::task::spawn_blocking(move || jobs::tidy(&old));
    jobs::start_import(&app, &signed.caller, &id, files, kind).await?;
    Ok(Redirect::to(&links::job(&id)))
}

fn broken(error: MultipartError) -> PageError {
    tracing::info!(error = %error, "an upload ended early");
    PageError::BadRequest("上传中断或文件超过 2 GB，请重新上传".into())
}

/// Streams one file to the job's folder.
async fn keep(folder: &Path, number: usize, mut field: Field<'_>) -> Result<Option<InputFile>, PageError> {
    let failed = || PageError::failed("保存上传文件");
    let name = safe(field.file_name().unwrap_or_default());
    if name.is_empty() {
        return Ok(None);
    }
    jobs::make_folder(folder).await.map_err(failed())?;
    let path = folder.join(format!("{number}_{name}"));
    let mut file = tokio::fs::File::create(&path).await.map_err(failed())?;
    while let Some(part) = field.chunk().await.map_err(broken)? {
        file.write_all(&part).await.map_err(failed())?;
    }
    file.flush().await.map_err(failed())?;
    Ok(Some(InputFile { name, path }))
}

/// The last part of a name, without anything that a path could mean, short enough for every file system.
fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: Vec<char> = last.chars().filter(|c| !c.is_control() && !matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|')).collect();
    let start = clean.len().saturating_sub(70);
    clean[start..].iter().collect::<String>().trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_of_uploads_cannot_leave_their_folder() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\名录.xlsx", "名录.xlsx"),
            ("..", ""),
            (".hidden", "hidden"),
            ("a\0b.csv", "ab.csv"),
        ] {
            assert_eq!(safe(name), expected, "{name}");
        }
    }
}
