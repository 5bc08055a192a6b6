//! The file is read back with other readers: the archive by `zip`, the XML by Python's parser where there is one.

use super::make;
use crate::content::{Content, Filled, Row};
use crate::pdf::tests::sample;
use std::io::{Cursor, Read as _};

fn part(file: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_word_file_has_its_parts_and_its_texts() {
    let content = sample();
    let file = make(&content).unwrap();
    let document = part(&file, "word/document.xml");
    for text in [&content.title, "测试矿业有限公司", "粉尘"] {
        assert!(document.contains(text), "{text} stands in it");
    }
    assert!(part(&file, "word/footer1.xml").contains(&content.code));
    for name in ["[Content_Types].xml", "_rels/.rels", "word/styles.xml", "word/_rels/document.xml.rels", "word/_rels/footer1.xml.rels"] {
        assert!(part(&file, name).starts_with("<?xml"), "{name}");
    }
    assert_eq!(file, make(&content).unwrap(), "the same content gives the same bytes");
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "</w:t></w:r><w:altChunk r:id=\"x\"/>&\u{0}\u{b}\u{ffff}第一行\n第二行";
    let row = Row { label: hostile.into(), value: hostile.into() };
    let blocks = vec![Filled::Text { text: hostile.into() }, Filled::Fields { rows: vec![row] }];
    let document = part(&make(&Content { blocks, title: hostile.into(), ..sample() }).unwrap(), "word/document.xml");
    assert!(!document.contains("<w:altChunk"), "no element came out of a text");
    assert!(document.contains("&lt;w:altChunk"));
    assert!(document.contains("<w:br/>"), "a line break of the text is one of the paragraph");
    assert!(!document.contains(['\u{0}', '\u{b}', '\u{ffff}']), "nothing that XML has no place for");
    assert_eq!(document.matches("<w:tc>").count(), document.matches("</w:tc>").count());
}

/// Python reads the package as a second opinion; without Python the test says so and passes.
#[test]
fn a_second_reader_opens_it() {
    const SCRIPT: &str = "
import sys, zipfile, xml.dom.minidom as x
z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
parts = {n: x.parseString(z.read(n)) for n in z.namelist() if not n.endswith('.png')}
types = [o.getAttribute('PartName') for o in parts['[Content_Types].xml'].getElementsByTagName('Override')]
assert all(t.lstrip('/') in z.namelist() for t in types), types
for name in ('document', 'footer1'):
    for r in parts['word/_rels/%s.xml.rels' % name].getElementsByTagName('Relationship'):
        assert 'word/' + r.getAttribute('Target') in z.namelist(), r.getAttribute('Target')
png = z.read('word/media/qr.png'); assert png[:8] == b'\\x89PNG\\r\\n\\x1a\\n'
import zlib, struct
at = 8; idat = b''
while at < len(png):
    n, t = struct.unpack('>I4s', png[at:at+8]); body = png[at+8:at+8+n]
    assert zlib.crc32(t + body) == struct.unpack('>I', png[at+8+n:at+12+n])[0]
    idat += body if t == b'IDAT' else b''; at += 12 + n
w, h = struct.unpack('>II', png[16:24]); assert len(zlib.decompress(idat)) == h * ((w + 7)//8 + 1)
print('read')
";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.docx");
    std::fs::write(&path, make(&sample()).unwrap()).unwrap();
    let Ok(run) = std::process::Command::new("python3").arg("-c").arg(SCRIPT).arg(&path).output() else { return };
    assert_eq!(String::from_utf8_lossy(&run.stdout).trim(), "read", "{}", String::from_utf8_lossy(&run.stderr));
}
