//! Random bytes from the system, fetched a page at a time: a call for each nonce would cost more than the cipher.

use super::VaultError;
use std::cell::RefCell;
use zeroize::Zeroize as _;

/// Bytes fetched at once.
const PAGE: usize = 4096;

struct Page {
    bytes: [u8; PAGE],
    used: usize,
}

thread_local! {
    static READY: RefCell<Page> = const { RefCell::new(Page { bytes: [0; PAGE], used: PAGE }) };
}

/// `N` bytes that nobody has had before; those handed out are wiped from the page.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], VaultError> {
    READY.with_borrow_mut(|page| {
        if page.used + N > PAGE {
            getrandom::fill(&mut page.bytes).map_err(|_| VaultError::Random)?;
            page.used = 0;
        }
        let taken = &mut page.bytes[page.used..page.used + N];
        let mut out = [0; N];
        out.copy_from_slice(taken);
        taken.zeroize();
        page.used += N;
        Ok(out)
    })
}
