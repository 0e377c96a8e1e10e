//! Where an element stands: byte ranges, and lines and columns from them.

/// A range of bytes in the text the document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets past 4 GiB saturate.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }
}

/// A place in a file as people count: from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
}

/// How many bytes lie between two counts of [`LineIndex`].
const STRIDE: usize = 1 << 9;

/// The line starts of a text, to turn offsets into positions. Takes logarithmic time whatever the length of the line: a
/// minified account dump is one line.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// How many characters begin before byte `n * STRIDE`.
    counts: Vec<usize>,
}

impl LineIndex {
    /// Indexes `text` in one pass.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect();
        let sum = |before: &mut usize, piece: &[u8]| Some(std::mem::replace(before, *before + characters(piece)));
        Self { starts, counts: text.as_bytes().chunks(STRIDE).scan(0, sum).collect() }
    }

    /// The position of byte `offset` in `text` (the text the index was made from).
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = (offset as usize).min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.characters_before(text, offset).saturating_sub(self.characters_before(text, start)) + 1;
        Position { line: line.max(1), column }
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let stride = (offset / STRIDE).min(self.counts.len().saturating_sub(1));
        let counted = self.counts.get(stride).copied().unwrap_or(0);
        counted + text.as_bytes().get(stride * STRIDE..offset).map_or(0, characters)
    }

    /// The text of 1-based `line`, without its line break.
    #[must_use]
    pub fn line<'t>(&self, text: &'t str, line: usize) -> &'t str {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
        let rest = text.get(start..).unwrap_or_default();
        let rest = rest.split_once('\n').map_or(rest, |(first, _)| first);
        rest.strip_suffix('\r').unwrap_or(rest)
    }
}

/// How many characters begin in a piece of UTF-8 text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "é{\n  \"a\": 1\n}";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 2), Position { line: 1, column: 2 });
        assert_eq!(index.position(text, 6), Position { line: 2, column: 3 });
        assert_eq!(index.line(text, 2), "  \"a\": 1");
        assert_eq!(index.position(text, 9_999).line, 3);
    }

    #[test]
    fn columns_are_counted_across_strides() {
        let text = format!("x\n{}\nend", "aé⟨".repeat(5_000));
        let index = LineIndex::new(&text);
        for (column, (offset, _)) in text.char_indices().skip(2).take(15_001).enumerate().step_by(97) {
            let offset = u32::try_from(offset).unwrap();
            assert_eq!(index.position(&text, offset), Position { line: 2, column: column + 1 });
        }
        let end = u32::try_from(text.len()).unwrap();
        assert_eq!(index.position(&text, end), Position { line: 3, column: 4 });
    }
}
