//! An input as a run of choices. When it ends, every choice is the first.

/// The bytes that are left.
pub struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Choices<'a> {
    /// One choice a byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        let byte = self.bytes.next().copied().unwrap_or_default();
        usize::from(byte) % count.max(1)
    }

    /// One of the options.
    pub fn one_of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// True once in `count`, and never when the input has ended.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }
}
