//! What the layout program can see: its layouts, the fonts, one file of data. Everything else does not exist.

use crate::error::PaperError;
use crate::fonts::{Fonts, fonts};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

/// Name of the data.
const DATA: &str = "data.json";

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// One document's world.
pub(crate) struct Sheet {
    fonts: &'static Fonts,
    main: FileId,
    sources: HashMap<FileId, Source>,
    data: (FileId, Bytes),
}

impl Sheet {
    /// A world with these layouts, of which `main` is the document's, and its data.
    ///
    /// # Errors
    /// There is no font, or a name that is no path.
    pub fn new<'a>(layouts: impl Iterator<Item = (&'a str, &'a str)>, main: &str, data: String) -> Result<Self, PaperError> {
        let fonts = fonts()?;
        let mut sources = HashMap::new();
        for (name, text) in layouts {
            let id = named(name)?;
            sources.insert(id, Source::new(id, text.replace(crate::fonts::FAMILIES[0], fonts.family)));
        }
        Ok(Self { fonts, main: named(main)?, sources, data: (named(DATA)?, Bytes::from_string(data)) })
    }
}

fn named(name: &str) -> Result<FileId, PaperError> {
    let path =
        VirtualPath::new(name).map_err(|_| PaperError::Layout { document: name.to_owned(), message: "名称不是路径".into() })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(missing(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        // The same content gives the same file whenever it is printed.
        None
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.get().vpath().get_without_slash()))
}
