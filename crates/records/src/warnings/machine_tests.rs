//! Every short story of signals, officers and days, against what must never happen: a warning lost, doubled or closed by itself.

use super::*;

const QUIET: u32 = 2;

#[derive(Debug, Clone, PartialEq)]
enum Event {
    /// A record's observation: source, its day, its level.
    Record(u8, u8, Option<Level>),
    /// What a scan finds today.
    Scan(Option<Level>),
    /// The officer closes what is open.
    Close,
    /// A day passes.
    Day,
}

/// A world of one subject: all its warnings, and what was delivered.
#[derive(Debug, Clone, Default)]
struct World {
    day: u8,
    episodes: Vec<Episode>,
}

fn iso(day: u8) -> String {
    format!("2020-01-{:02}", day + 10)
}

impl World {
    fn see(&mut self, seen: &Observation) -> bool {
        match step(self.episodes.last(), seen, &iso(self.day), QUIET) {
            Step::Nothing => false,
            Step::Open(episode) => {
                self.episodes.push(episode);
                true
            }
            Step::Update(episode) => {
                *self.episodes.last_mut().unwrap() = episode;
                true
            }
        }
    }

    fn observation(&self, event: &Event) -> Option<Observation> {
        let (source, on, level) = match event {
            Event::Record(source, on, level) => (format!("r{source}"), iso(*on), *level),
            Event::Scan(level) => (SCAN.to_owned(), iso(self.day), *level),
            _ => return None,
        };
        Some(Observation { source, on, level, value: None, late: false })
    }

    fn happen(&mut self, event: &Event) {
        match event {
            Event::Close => {
                let today = iso(self.day);
                if let Some(open) = self.episodes.last_mut().filter(|e| e.closed_on.is_none()) {
                    open.closed_on = Some(today);
                }
            }
            Event::Day => {
                self.day += 1;
                if let Some(next) = self.episodes.last().and_then(|e| wake(e, &iso(self.day), QUIET)) {
                    self.episodes.push(next);
                }
            }
            _ => {
                let Some(seen) = self.observation(event) else { return };
                self.see(&seen);
                // Delivered again: a crash between the write and the position.
                let before = self.episodes.clone();
                self.see(&seen);
                assert_eq!(before, self.episodes, "a repeated {event:?} changes nothing");
            }
        }
    }
}

fn check(story: &[Event], world: &World) {
    let open = world.episodes.iter().filter(|e| e.closed_on.is_none()).count();
    assert!(open <= 1, "doubled: {story:?}");
    for (i, episode) in world.episodes.iter().enumerate() {
        assert_eq!(episode.number as usize, i + 1, "episodes are counted: {story:?}");
        let mut sources: Vec<&str> = episode.observations.iter().map(|o| o.source.as_str()).collect();
        sources.sort_unstable();
        let all = sources.len();
        sources.dedup();
        assert_eq!(sources.len(), all, "one observation a source: {story:?}");
    }
    if world.episodes.iter().take(world.episodes.len().saturating_sub(1)).any(|e| e.closed_on.is_none()) {
        panic!("only people close: {story:?}");
    }
}

/// No level that was ever delivered is lost: some warning knows the observation, or one about the same days was closed at that level or above.
fn nothing_lost(story: &[Event], world: &World, delivered: &[Observation]) {
    for seen in delivered.iter().filter(|o| o.level.is_some()) {
        let last = delivered.iter().rev().find(|o| o.source == seen.source);
        if last != Some(seen) {
            continue;
        }
        let known = world.episodes.iter().any(|e| {
            e.observations.iter().any(|o| o.source == seen.source && (o.level >= seen.level || seen.source == SCAN))
                && e.peak >= Level::Blue
        });
        let covered = world.episodes.iter().any(|e| e.closed_on.is_some() && Some(e.peak) >= seen.level);
        assert!(known || covered, "lost {seen:?}: {story:?} {world:?}");
    }
    // While somebody has it open, the level shown is that of the newest observation.
    if let Some(open) = world.episodes.last().filter(|e| e.closed_on.is_none()) {
        let now = newest(open.observations.iter()).unwrap();
        match now.level {
            Some(level) => assert_eq!((open.level, open.standing), (level, Standing::Present), "{story:?}"),
            None => assert_eq!(open.standing, Standing::Cleared, "{story:?}"),
        }
        assert!(open.peak >= open.level, "{story:?}");
    }
}

fn alphabet() -> Vec<Event> {
    let mut all = vec![Event::Close, Event::Day];
    for level in [None, Some(Level::Yellow), Some(Level::Red)] {
        all.push(Event::Scan(level));
        for on in [0, 3] {
            all.push(Event::Record(1, on, level));
        }
        all.push(Event::Record(2, 1, level));
    }
    all
}

fn walk(story: &mut Vec<Event>, world: &World, delivered: &mut Vec<Observation>, left: usize, alphabet: &[Event], count: &mut u64) {
    *count += 1;
    check(story, world);
    nothing_lost(story, world, delivered);
    if left == 0 {
        return;
    }
    for event in alphabet {
        let mut next = world.clone();
        let seen = next.observation(event);
        next.happen(event);
        delivered.extend(seen.clone());
        story.push(event.clone());
        walk(story, &next, delivered, left - 1, alphabet, count);
        story.pop();
        if seen.is_some() {
            delivered.pop();
        }
    }
}

#[test]
fn rq_168_rq_170_every_story_of_five_events_loses_and_doubles_nothing() {
    let mut count = 0;
    walk(&mut Vec::new(), &World::default(), &mut Vec::new(), 5, &alphabet(), &mut count);
    assert!(count > 500_000, "{count} stories were told");
}

#[test]
fn the_order_in_which_records_arrive_makes_no_difference() {
    let seen = |source: &str, on: u8, level| Observation { source: source.into(), on: iso(on), level, value: None, late: false };
    let story = [
        seen("a", 0, Some(Level::Yellow)),
        seen("b", 1, Some(Level::Red)),
        seen("c", 2, Some(Level::Orange)),
        seen("d", 3, Some(Level::Yellow)),
    ];
    let mut ends = Vec::new();
    for first in 0..4 {
        for second in (0..4).filter(|s| *s != first) {
            let rest: Vec<usize> = (0..4).filter(|i| *i != first && *i != second).collect();
            for order in [[first, second, rest[0], rest[1]], [first, second, rest[1], rest[0]]] {
                let mut world = World { day: 5, ..World::default() };
                for at in order {
                    world.see(&story[at]);
                }
                assert_eq!(world.episodes.len(), 1);
                let end = &world.episodes[0];
                ends.push((end.level, end.peak, end.standing, end.observations.len()));
            }
        }
    }
    assert_eq!(ends.len(), 24);
    assert!(ends.iter().all(|end| *end == (Level::Yellow, Level::Red, Standing::Present, 4)), "{ends:?}");
}

/// Why a story is told; its events; number and openness of the warnings at its end.
type Story<'a> = (&'a str, &'a [Event], &'a [(u32, bool)]);

#[test]
fn what_happens_after_closing() {
    let rows: [Story<'_>; 6] = [
        // why this story is told; its events; number and openness of the warnings at its end
        (
            "a signal that flaps within the quiet period is held",
            &[Event::Scan(Some(Level::Yellow)), Event::Close, Event::Scan(None), Event::Scan(Some(Level::Yellow))],
            &[(1, false)],
        ),
        (
            "it is raised again once the period is over",
            &[Event::Scan(Some(Level::Yellow)), Event::Close, Event::Day, Event::Day, Event::Day, Event::Scan(Some(Level::Yellow))],
            &[(1, false), (2, true)],
        ),
        (
            "a graver one does not wait",
            &[Event::Scan(Some(Level::Yellow)), Event::Close, Event::Scan(Some(Level::Red))],
            &[(1, false), (2, true)],
        ),
        (
            "a record within the period is raised when it is over",
            &[Event::Scan(Some(Level::Yellow)), Event::Close, Event::Record(1, 3, Some(Level::Yellow)), Event::Day, Event::Day, Event::Day],
            &[(1, false), (2, true)],
        ),
        (
            "unless a newer record says that it is gone",
            &[
                Event::Scan(Some(Level::Yellow)),
                Event::Close,
                Event::Record(1, 3, Some(Level::Yellow)),
                Event::Record(2, 4, None),
                Event::Day,
                Event::Day,
                Event::Day,
            ],
            &[(1, false)],
        ),
        (
            "a cleared signal leaves it open",
            &[Event::Scan(Some(Level::Yellow)), Event::Scan(None), Event::Day, Event::Day, Event::Day],
            &[(1, true)],
        ),
    ];
    for (why, story, expected) in rows {
        let mut world = World::default();
        for event in story {
            world.happen(event);
        }
        let found: Vec<(u32, bool)> = world.episodes.iter().map(|e| (e.number, e.closed_on.is_none())).collect();
        assert_eq!(found, expected, "{why}: {world:?}");
    }
}
