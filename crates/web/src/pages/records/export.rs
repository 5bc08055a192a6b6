//! A list as a file: the same filters, streamed, on record.

use super::asked::Asked;
use super::reveal;
use crate::app::App;
use crate::error::PageError;
use crate::pages::leave::{self, Leave, Origin, Questions};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{download, links, words};
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::Markup;
use std::io::{Seek as _, Write};
use std::sync::{Arc, Mutex, PoisonError};
use zhijian_exchange::write::{ExportFormat, ExportOptions, Exporter, Mark, collect_keys};
use zhijian_kinds::Kind;
use zhijian_records::Caller;
use zhijian_records::access::{self, Wish};
use zhijian_records::door::Door;
use zhijian_records::exports::{Pass, Wanted};
use zhijian_records::read::ListRequest;

/// Rows read at a time.
const PAGE: u32 = 500;
/// Formats: value, title.
const FORMATS: [(&str, &str); 3] = [("xlsx", "Excel 工作簿"), ("csv", "CSV 文本"), ("json", "JSON")];

/// The button with its questions.
#[must_use]
pub fn dialog(app: &App, signed: &Signed, kind: &Kind, asked: &Asked) -> Markup {
    let private = access::arms(&signed.caller, kind, Wish::Export).iter().all(|arm| arm.reveal) && kind.private_fields().next().is_some();
    let action = format!("{}/export{}", links::list(&kind.kind), links::query(&asked.pairs));
    leave::dialog(app, signed, &Questions { button: "导出", hint: "导出符合当前条件的全部记录。", action, formats: &FORMATS, private })
}

/// `POST /records/{kind}/export`
pub async fn start(
    State(app): State<App>,
    Path(kind): Path<String>,
    RawQuery(query): RawQuery,
    posted: Posted,
) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let caller = posted.signed.caller.clone();
    Door::allow(&caller, &kind, Wish::Export)?;
    let asked = Asked::read(&app, &kind, query.as_deref().unwrap_or_default())?;
    let format = leave::format(&posted, &FORMATS)?;
    let full = posted.get("full") == "1";
    let conditions: Vec<String> = asked.pairs.iter().filter(|(n, _)| n != "sort").map(|(n, v)| format!("{n}={v}")).collect();
    let wanted = Wanted {
        kind: kind.kind.clone(),
        request: ListRequest { cursor: None, ..asked.request() },
        full,
        format: format.to_owned(),
        conditions: if conditions.is_empty() { "全部".into() } else { conditions.join("，") },
        purpose: reveal::purpose(&app, &posted)?,
        research: String::new(),
        listed: String::new(),
    };
    let list = links::list(&kind.kind);
    let origin = Origin {
        list: &list,
        action: format!("{list}/export{}", links::query(&asked.pairs)),
        active: &list,
        crumbs: &[(kind.title.as_str(), list.clone())],
    };
    match leave::ask(&app, &posted, &wanted, &origin).await? {
        Leave::Given(pass) => send(app, caller, pass, &wanted).await,
        Leave::Answered(response) => Ok(response),
    }
}

/// The file of an export that the door has given leave for.
///
/// # Errors
/// The store failed, or the file cannot be made.
pub async fn send(app: App, caller: Caller, pass: Pass, wanted: &Wanted) -> Result<Response, PageError> {
    let kind = app.door.kind(&wanted.kind)?;
    let format = match wanted.format.as_str() {
        "xlsx" => ExportFormat::Xlsx,
        "csv" => ExportFormat::Csv,
        _ => ExportFormat::JsonArray,
    };
    let now = app.door.now();
    let mark = Mark {
        who: format!("{}（{}）", caller.name, caller.login),
        when: words::moment(now),
        purpose: wanted.purpose.clone(),
        id: pass.id().to_owned(),
        whole: pass.full(),
    };
    let login: String = caller.login.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let name = format!("{}_{}_{login}{}", kind.title, app.door.today().replace('-', ""), format.ending());
    let job = Export { app, caller, kind, pass, format, mark };
    let body = match format {
        // A workbook has its end before its beginning: it is made whole in a file, then sent.
        ExportFormat::Xlsx => job.whole().await?,
        _ => job.stream(),
    };
    Ok(download::file(&name, format.media_type(), body))
}

struct Export {
    app: App,
    caller: Caller,
    kind: Arc<Kind>,
    pass: Pass,
    format: ExportFormat,
    mark: Mark,
}

impl Export {
    /// Columns named by a pattern (questions of a survey) must be known before the first row: one more pass for such kinds.
    async fn options(&self) -> Result<ExportOptions, PageError> {
        if !self.kind.fields.iter().any(|f| f.pivot.as_ref().is_some_and(|p| p.pattern.is_some())) {
            return Ok(ExportOptions { mark: Some(self.mark.clone()), ..ExportOptions::default() });
        }
        let (mut documents, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.app.door.export_page(&self.caller, &self.pass, cursor, PAGE).await?;
            documents.extend(page.rows.into_iter().map(|r| r.data));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let keys = collect_keys(&self.kind, documents.iter());
        Ok(ExportOptions { keys, mark: Some(self.mark.clone()), ..ExportOptions::default() })
    }

    /// Writes page after page; with a flow, what was written goes out behind every page.
    async fn run<W: Write + Send>(&self, writer: W, flow: Option<&Flow>) -> Result<W, PageError> {
        let options = self.options().await?;
        let failed = || PageError::failed("导出");
        let mut exporter = Exporter::new(&self.kind, &self.app.door.catalogue, self.format, &options, writer).map_err(failed())?;
        let mut cursor = None;
        loop {
            let page = self.app.door.export_page(&self.caller, &self.pass, cursor, PAGE).await?;
            for row in &page.rows {
                exporter.push(&row.data).map_err(failed())?;
            }
            // Nobody is listening any more: the browser closed the download.
            if let Some(flow) = flow
                && flow.send.send(Ok(flow.out.take())).await.is_err()
            {
                break;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(exporter.finish().map_err(failed())?.1)
    }

    async fn whole(self) -> Result<Body, PageError> {
        let file = tempfile::tempfile().map_err(PageError::failed("建立临时文件"))?;
        let mut file = self.run(file, None).await?;
        file.rewind().map_err(PageError::failed("读取临时文件"))?;
        Ok(Body::from_stream(tokio_util::io::ReaderStream::new(tokio::fs::File::from_std(file))))
    }

    fn stream(self) -> Body {
        let (send, receive) = tokio::sync::mpsc::channel::<Part>(4);
        tokio::spawn(async move {
            let flow = Flow { send, out: Shared::default() };
            // The browser must see a broken download, not a short file.
            let last = match self.run(flow.out.clone(), Some(&flow)).await {
                Ok(_) => Ok(flow.out.take()),
                Err(error) => {
                    crate::error::log_chain(&error);
                    Err(std::io::Error::other("export failed"))
                }
            };
            drop(flow.send.send(last).await);
        });
        Body::from_stream(futures::stream::unfold(receive, |mut receive| async move { receive.recv().await.map(|part| (part, receive)) }))
    }
}

/// A piece of the body.
type Part = Result<Vec<u8>, std::io::Error>;

/// The way from the writer to the browser.
struct Flow {
    send: tokio::sync::mpsc::Sender<Part>,
    out: Shared,
}

/// A buffer that is emptied while somebody else writes into it.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
