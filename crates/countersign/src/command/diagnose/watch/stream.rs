//! Text that arrives in pieces, cut into denials: each with what stands around it, and each told once.

use std::collections::VecDeque;

use countersign_diagnose::message::{self, Denial, Says};

/// The most text that is waiting. What is older went by without a denial.
const WAITING: usize = 128 << 10;
/// How much text before a denial is kept for what the tools around it say.
const BEFORE: usize = 16 << 10;
/// The most denials that are remembered.
const REMEMBERED: usize = 1024;

/// Text that waits for its end, and the denials that were told.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Bytes of a character whose end has not arrived.
    rest: Vec<u8>,
    waiting: String,
    /// The denials that were told and how often they came, the last seen last.
    told: VecDeque<(String, u64)>,
    /// Waited once for what follows a wrapper's words.
    has_waited: bool,
}

/// A denial out of the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It was not seen before: its text.
    Denial(String),
    /// It was: its first line, and how often it came by now.
    Again { says: String, times: u64 },
}

impl Stream {
    /// Takes in a piece. Returns whether so much is waiting that it has to be looked through.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        self.rest.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&self.rest) {
            // The last character may be complete with the next piece.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => self.rest.len(),
        };
        let unfinished = self.rest.split_off(end);
        let text = String::from_utf8_lossy(&self.rest).replace('\0', "");
        self.waiting.push_str(&text);
        self.rest = unfinished;
        self.waiting.len() > WAITING
    }

    /// The denials in what has arrived. It is called when nothing more has come for a while, since one denial may be
    /// written in several steps, or when much is waiting.
    pub(super) fn news(&mut self) -> Vec<News> {
        let denials = message::read(&self.waiting);
        // Words of a wrapper alone: what STS said may be on its way.
        let bare = !denials.is_empty() && denials.iter().all(|denial| denial.says == Says::WrapperOnly);
        if bare && !self.has_waited && self.waiting.len() <= WAITING {
            self.has_waited = true;
            return Vec::new();
        }
        self.has_waited = false;
        let Some(last) = denials.last() else {
            self.forget_all_but(BEFORE);
            return Vec::new();
        };
        let mut from = 0;
        let mut news = Vec::with_capacity(denials.len());
        for (at, denial) in denials.iter().enumerate() {
            let until = denials.get(at + 1).map_or(self.waiting.len(), |next| next.span.start as usize);
            let text = self.waiting.get(from..until).unwrap_or_default();
            from = denial.span.end as usize;
            let text = text.to_owned();
            news.push(self.tell(denial, text));
        }
        // A line that is not complete belongs to what follows.
        let end = (last.span.end as usize).max(self.waiting.rfind('\n').map_or(0, |at| at + 1));
        self.waiting = self.waiting.get(end..).unwrap_or_default().to_owned();
        news
    }

    /// What everything told so far came to, in the order it was last seen.
    pub(super) fn told(&self) -> impl Iterator<Item = (&str, u64)> {
        self.told.iter().map(|(says, times)| (says.as_str(), *times))
    }

    /// Forgets what was told, since it would be answered otherwise now.
    pub(super) fn forget_told(&mut self) {
        self.told.clear();
    }

    fn tell(&mut self, denial: &Denial, text: String) -> News {
        let says = sentence(denial);
        let seen = self.told.iter().position(|(other, _)| *other == says).and_then(|at| self.told.remove(at));
        let times = seen.map_or(1, |(_, times)| times + 1);
        self.told.push_back((says.clone(), times));
        if self.told.len() > REMEMBERED {
            self.told.pop_front();
        }
        if times == 1 { News::Denial(text) } else { News::Again { says, times } }
    }

    /// Keeps the end of what is waiting.
    fn forget_all_but(&mut self, length: usize) {
        let from = self.waiting.len().saturating_sub(length);
        let from = (from..self.waiting.len()).find(|at| self.waiting.is_char_boundary(*at)).unwrap_or(from);
        self.waiting = self.waiting.get(from..).unwrap_or_default().to_owned();
    }
}

/// What a denial says without what changes from one try to the next: its request id, the attempt, the time, the name of the
/// calling session.
fn sentence(denial: &Denial) -> String {
    let text = |found: &Option<message::Found>| found.as_ref().map(|found| found.text.clone());
    let says = match &denial.says {
        Says::NotAuthorized => String::new(),
        says => format!("{says:?}"),
    };
    let reason = denial.reason.as_ref().map(|reason| format!("{:?}", reason.layer));
    let parts = [
        text(&denial.code),
        text(&denial.action).or_else(|| text(&denial.operation)),
        text(&denial.caller).map(|caller| match caller.split_once(":assumed-role/") {
            Some((account, role)) => {
                let role = role.rsplit_once('/').map_or(role, |(role, _)| role);
                format!("{account}:assumed-role/{role}")
            }
            None => caller,
        }),
        text(&denial.resource),
        reason,
        Some(says).filter(|says| !says.is_empty()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denial(role: &str) -> String {
        format!(
            "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ann \
             is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/{role}\n"
        )
    }

    fn feed(stream: &mut Stream, text: &str) -> Vec<News> {
        stream.push(text.as_bytes());
        stream.news()
    }

    #[test]
    fn a_denial_in_pieces_is_one() {
        let whole = format!("é {}", denial("a"));
        for size in [1, 7, 50] {
            let mut stream = Stream::default();
            for piece in whole.as_bytes().chunks(size) {
                stream.push(piece);
            }
            assert_eq!(stream.news(), [News::Denial(whole.clone())], "{size}");
        }
    }

    #[test]
    fn a_denial_whose_second_half_is_late_is_still_read() {
        let whole = denial("a");
        let (head, tail) = whole.split_at(whole.find("not authorized").unwrap());
        let mut stream = Stream::default();
        let first = feed(&mut stream, head);
        let second = feed(&mut stream, tail);
        let all: Vec<_> = first.iter().chain(&second).collect();
        assert!(all.iter().any(|news| matches!(news, News::Denial(text) if text.contains("role/a"))), "{all:?}");
    }

    #[test]
    fn repeats_are_counted_and_others_are_told() {
        let mut stream = Stream::default();
        let news = feed(&mut stream, &format!("{}{}retrying\n{}", denial("a"), denial("b"), denial("a")));
        assert!(
            matches!(news.as_slice(), [News::Denial(_), News::Denial(_), News::Again { times: 2, .. }]),
            "{news:?}"
        );
        let again = feed(&mut stream, &denial("a"));
        assert!(matches!(again.as_slice(), [News::Again { times: 3, .. }]), "{again:?}");
        stream.forget_told();
        assert!(matches!(feed(&mut stream, &denial("a")).as_slice(), [News::Denial(_)]));
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut stream = Stream::default();
        let noise = "nothing of interest \u{fffd} ".repeat(4000);
        for round in 0..20 {
            if stream.push(noise.as_bytes()) {
                assert_eq!(stream.news(), []);
            }
            assert!(stream.waiting.len() <= WAITING + noise.len(), "{round}");
            assert!(stream.rest.len() < 4);
        }
        for role in 0..REMEMBERED + 100 {
            feed(&mut stream, &denial(&format!("r{role}")));
        }
        assert_eq!(stream.told().count(), REMEMBERED);
    }

    #[test]
    fn bytes_that_are_no_text_do_no_harm() {
        let mut stream = Stream::default();
        stream.push(&[0xff, 0x00, 0xc3]);
        assert!(matches!(feed(&mut stream, &denial("a")).as_slice(), [News::Denial(_)]));
    }
}
