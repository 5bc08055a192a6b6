//! A list as a file: the same filters, streamed, on record.

use super::asked::Asked;
use super::reveal;
use crate::app::App;
use crate::error::PageError;
use crate::icons::icon;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use crate::{download, links};
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use std::io::{Seek as _, Write};
use std::sync::{Arc, Mutex, PoisonError};
use zhijian_exchange::write::{ExportFormat, ExportOptions, Exporter, collect_keys};
use zhijian_kinds::Kind;
use zhijian_records::Caller;
use zhijian_records::access::{self, Wish};
use zhijian_records::door::Door;
use zhijian_records::port::Action;
use zhijian_records::read::ListRequest;

/// Rows read at a time.
const PAGE: u32 = 500;
/// Formats: value, title.
const FORMATS: [(&str, &str); 3] = [("xlsx", "Excel 工作簿"), ("csv", "CSV 文本"), ("json", "JSON")];

/// The button with its questions.
#[must_use]
pub fn dialog(app: &App, signed: &Signed, kind: &Kind, asked: &Asked) -> Markup {
    let action = format!("{}/export{}", links::list(&kind.kind), links::query(&asked.pairs));
    let private = access::arms(&signed.caller, kind, Wish::Export).iter().all(|arm| arm.reveal) && kind.private_fields().next().is_some();
    html! {
        details.pop {
            summary.btn { (icon("export")) "导出" }
            form.pop-body method="post" action=(action) {
                (token(signed))
                p.hint { "导出符合当前条件的全部记录。" }
                div.field {
                    label for="export-format" { "格式" }
                    select.form-select #export-format name="format" { @for (value, title) in FORMATS { option value=(value) { (title) } } }
                }
                (reveal::choice(app, "export-purpose"))
                @if private { label.check { input type="checkbox" name="full" value="1"; span { "包含完整个人信息（否则隐去）" } } }
                p.hint { "导出人、条件和用途将记入审计日志。" }
                button.btn.btn-primary type="submit" { "下载" }
            }
        }
    }
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
    let format = match posted.get("format") {
        "xlsx" => ExportFormat::Xlsx,
        "csv" => ExportFormat::Csv,
        "json" => ExportFormat::JsonArray,
        other => return Err(PageError::BadRequest(format!("不支持的格式“{other}”"))),
    };
    let full = posted.get("full") == "1";
    let purpose = reveal::purpose(&app, &posted)?;
    // What may not be asked or taken is refused before anything is noted or sent.
    let first = ListRequest { limit: 1, ..asked.request() };
    app.door.export_page(&caller, &kind.kind, &first, full).await?;
    let conditions: Vec<String> = asked.pairs.iter().filter(|(n, _)| n != "sort").map(|(n, v)| format!("{n}={v}")).collect();
    let told = if full { "（完整个人信息）" } else { "" };
    let reason = format!(
        "{purpose}；{}{told}；条件：{}",
        posted.get("format"),
        if conditions.is_empty() { "全部".into() } else { conditions.join("，") }
    );
    app.door.note(&caller, Action::Export, &kind.kind, "", &reason, "web").await?;
    let request = ListRequest { limit: PAGE, cursor: None, ..asked.request() };
    let job = Export { app, caller, kind, request, format, full };
    let name = format!("{}_{}{}", job.kind.title, job.app.door.today().replace('-', ""), format.ending());
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
    request: ListRequest,
    format: ExportFormat,
    full: bool,
}

impl Export {
    /// Columns named by a pattern (questions of a survey) must be known before the first row: one more pass for such kinds.
    async fn options(&self) -> Result<ExportOptions, PageError> {
        if !self.kind.fields.iter().any(|f| f.pivot.as_ref().is_some_and(|p| p.pattern.is_some())) {
            return Ok(ExportOptions::default());
        }
        let mut documents = Vec::new();
        let mut request = self.request.clone();
        loop {
            let page = self.app.door.export_page(&self.caller, &self.kind.kind, &request, false).await?;
            documents.extend(page.rows.into_iter().map(|r| r.data));
            let Some(next) = page.next else { break };
            request.cursor = Some(next);
        }
        Ok(ExportOptions { keys: collect_keys(&self.kind, documents.iter()), ..ExportOptions::default() })
    }

    /// Writes page after page; with a flow, what was written goes out behind every page.
    async fn run<W: Write + Send>(&self, writer: W, flow: Option<&Flow>) -> Result<W, PageError> {
        let options = self.options().await?;
        let failed = || PageError::failed("导出");
        let mut exporter = Exporter::new(&self.kind, &self.app.door.catalogue, self.format, &options, writer).map_err(failed())?;
        let mut request = self.request.clone();
        loop {
            let page = self.app.door.export_page(&self.caller, &self.kind.kind, &request, self.full).await?;
            for row in &page.rows {
                exporter.push(&row.data).map_err(failed())?;
            }
            // Nobody is listening any more: the browser closed the download.
            if let Some(flow) = flow
                && flow.send.send(Ok(flow.out.take())).await.is_err()
            {
                break;
            }
            let Some(next) = page.next else { break };
            request.cursor = Some(next);
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
