//! Which separator a text file uses.

/// The separator of a sample, and whether the file's first line declares it (`sep=;`).
pub(super) fn detect(sample: &str) -> (u8, bool) {
    let first = sample.lines().next().unwrap_or_default().trim();
    if let Some(&[separator]) = first.strip_prefix("sep=").map(str::as_bytes) {
        return (separator, true);
    }
    let lines = logical_lines(sample, 60);
    let best = [b',', b'\t', b';', b'|'].into_iter().max_by_key(|separator| (score(&lines, *separator), u8::from(*separator == b',')));
    (best.unwrap_or(b','), false)
}

/// Lines that agree on a number of separators, weighted by that number: a table has the same count on every line,
/// while separators inside the cells vary.
fn score(lines: &[&str], separator: u8) -> usize {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    for line in lines {
        let count = outside_quotes(line, separator);
        if count > 0 {
            *counts.entry(count).or_default() += 1;
        }
    }
    counts.into_iter().map(|(count, lines)| count.min(50) * lines * lines).max().unwrap_or(0)
}

fn outside_quotes(line: &str, separator: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for byte in line.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b if b == separator && !quoted => count += 1,
            _ => (),
        }
    }
    count
}

/// The first lines, line breaks inside quotes not counted; the last one may be cut and is left out.
fn logical_lines(sample: &str, most: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut quoted = false;
    let mut start = 0;
    for (at, byte) in sample.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines.push(sample[start..at].trim_end_matches('\r'));
                start = at + 1;
            }
            _ => (),
        }
        if lines.len() == most {
            return lines;
        }
    }
    if lines.is_empty() || start < sample.len() {
        lines.push(&sample[start..]);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_decides_not_the_cells() {
        let rows: &[(&str, &str, u8)] = &[
            ("plain", "a,b,c\n1,2,3\n", b','),
            ("lists inside the cells", "姓名,因素\n甲,噪声;苯;甲苯\n乙,矽尘;电焊烟尘;苯\n", b','),
            ("tabs", "a\tb\n1,5\t2\n", b'\t'),
            ("semicolons with decimal commas", "a;b;c\n1,5;2,5;3\n1,5;2;3\n", b';'),
            ("quoted commas", "\"a,x\"\tb\n\"1,2,3\"\t2\n", b'\t'),
            ("a title line above", "某市汇总表\na,b,c\n1,2,3\n", b','),
            ("one column", "名称\n甲\n", b','),
            ("nothing", "", b','),
        ];
        for (why, sample, expected) in rows {
            assert_eq!(detect(sample), (*expected, false), "{why}");
        }
        assert_eq!(detect("sep=;\na;b\n"), (b';', true));
    }
}
