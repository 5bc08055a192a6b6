//! A few line icons (outlines after Tabler Icons, MIT), drawn in the text colour.

use maud::{Markup, PreEscaped, html};

/// An icon by name; decoration only, so it is hidden from screen readers.
#[must_use]
pub fn icon(name: &str) -> Markup {
    let path = match name {
        "desk" => "<path d='M4 4h6v8H4zM4 16h6v4H4zM14 12h6v8h-6zM14 4h6v4h-6z'/>",
        "board" => "<path d='M3 12h4v8H3zM10 8h4v12h-4zM17 4h4v16h-4z'/>",
        "import" => "<path d='M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2M7 9l5-5 5 5M12 4v12'/>",
        "export" => "<path d='M4 17v2a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-2M7 11l5 5 5-5M12 4v12'/>",
        "template" => {
            "<path d='M14 3v4a1 1 0 0 0 1 1h4M17 21H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h7l5 5v11a2 2 0 0 1-2 2zM8 11h8v7H8zM8 15h8M11 11v7'/>"
        }
        "codes" => "<path d='M9 6h11M9 12h11M9 18h11M5 6v.01M5 12v.01M5 18v.01'/>",
        "help" => "<path d='M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 17v.01M12 13.5a1.5 1.5 0 0 1 1-1.5 2.6 2.6 0 1 0-3-4'/>",
        "calc" => "<path d='M5 3h14v18H5zM8 7h8v3H8zM8 14v.01M12 14v.01M16 14v.01M8 17v.01M12 17v.01M16 17v.01'/>",
        "people" => {
            "<path d='M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M3 21v-2a4 4 0 0 1 4-4h4a4 4 0 0 1 4 4v2M16 3.1a4 4 0 0 1 0 7.8M21 21v-2a4 4 0 0 0-3-3.9'/>"
        }
        "person" => "<path d='M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M6 21v-2a4 4 0 0 1 4-4h4a4 4 0 0 1 4 4v2'/>",
        "out" => "<path d='M14 8V6a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h7a2 2 0 0 0 2-2v-2M9 12h12l-3-3M18 15l3-3'/>",
        "search" => "<path d='M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14M21 21l-6-6'/>",
        "plus" => "<path d='M12 5v14M5 12h14'/>",
        "menu" => "<path d='M4 6h16M4 12h16M4 18h16'/>",
        "edit" => "<path d='M4 20h4L18.5 9.5a2.8 2.8 0 1 0-4-4L4 16v4M13.5 6.5l4 4'/>",
        "print" => {
            "<path d='M17 17h2a2 2 0 0 0 2-2v-4a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v4a2 2 0 0 0 2 2h2M17 9V5a2 2 0 0 0-2-2H9a2 2 0 0 0-2 2v4M7 13h10v8H7z'/>"
        }
        "void" => "<path d='M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M5.7 5.7l12.6 12.6'/>",
        "eye" => "<path d='M12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4M21 12q-3.6 6-9 6t-9-6q3.6-6 9-6t9 6'/>",
        "history" => "<path d='M12 8v4l2 2M3.05 11a9 9 0 1 1 .5 4M3 20v-5h5'/>",
        "filter" => "<path d='M4 4h16v2.2a2 2 0 0 1-.6 1.4L15 12v7l-6 2v-8.500L4.500 7.600A2 2 0 0 1 4 6.200z'/>",
        "warn" => {
            "<path d='M12 9v4M12 16v.01M10.400 3.600 2.260 17.100a1.900 1.900 0 0 0 1.630 2.900h16.210a1.900 1.900 0 0 0 1.640-2.900L13.600 3.600a1.900 1.900 0 0 0-3.200 0'/>"
        }
        "bell" => "<path d='M10 5a2 2 0 1 1 4 0a7 7 0 0 1 4 6v3a4 4 0 0 0 2 3H4a4 4 0 0 0 2-3v-3a7 7 0 0 1 4-6M9 17v1a3 3 0 0 0 6 0v-1'/>",
        "lock" => "<path d='M6 11h12v10H6zM8 11V7a4 4 0 0 1 8 0v4M12 15v2'/>",
        "ok" => "<path d='M5 12l5 5L20 7'/>",
        "next" => "<path d='M9 6l6 6-6 6'/>",
        "prev" => "<path d='M15 6l-6 6 6 6'/>",
        _ => "<path d='M6 4h9l4 4v12H6zM14 4v5h5'/>",
    };
    html! {
        svg.icon viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
            (PreEscaped(path))
        }
    }
}
