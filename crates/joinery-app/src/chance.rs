//! Clock and chance of a run: the system's, noted as they are drawn, or those that a cassette noted. So are the results
//! of using secrets, which a replay does not have.

mod stand_ins;

use std::{sync::Mutex, time::Duration};

use joinery_script::host::SecretOperation;
use sha2::{Digest, Sha256};
use stand_ins::StandIns;

pub(crate) use stand_ins::Uses;

use crate::studio::{lock, now_ms};

/// The most readings of the clock that are noted; a script that asks more often gets the last one again.
const READINGS: usize = 1_000;
/// The most bytes of chance that are noted.
const BYTES: usize = 64 << 10;

/// What a run drew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Drawn {
    /// What the clock said, each time it was asked, in milliseconds since 1970.
    pub(crate) clock: Vec<i64>,
    /// What chance gave.
    pub(crate) random: Vec<u8>,
    /// What secrets made.
    pub(crate) uses: Uses,
}

impl Drawn {
    /// What was drawn first, and then this.
    pub(crate) fn and(mut self, then: Self) -> Self {
        self.clock.extend(then.clock);
        self.random.extend(then.random);
        self.uses.extend(then.uses);
        self
    }
}

/// Where a run's time and chance come from.
pub(crate) enum Chance {
    /// The system's, and what was drawn of it so far.
    Live(Mutex<Live>),
    /// A cassette's.
    Recorded(Mutex<Replay>),
}

/// What is noted of a run.
#[derive(Default)]
pub(crate) struct Live {
    drawn: Drawn,
    stand_ins: StandIns,
}

/// What is left of a recording.
pub(crate) struct Replay {
    drawn: Drawn,
    stand_ins: StandIns,
    /// How many readings and bytes were given.
    given: (usize, usize),
    /// The time where no reading is left, moved on by waiting.
    now_ms: i64,
    /// Whether the secrets are there to be used: a case may bring its own.
    has_secrets: bool,
}

impl Default for Chance {
    fn default() -> Self {
        Self::Live(Mutex::default())
    }
}

impl Chance {
    /// What was drawn when a cassette was recorded, which was begun at that time.
    pub(crate) fn recorded(drawn: Drawn, begun_ms: i64) -> Self {
        Self::replay(drawn, begun_ms, false)
    }

    /// A clock that stands at that time, chance that is the same each time, and secrets that are used as they are.
    pub(crate) fn standing_at(now_ms: i64) -> Self {
        Self::replay(Drawn::default(), now_ms, true)
    }

    fn replay(drawn: Drawn, begun_ms: i64, has_secrets: bool) -> Self {
        let now_ms = drawn.clock.first().copied().unwrap_or(begun_ms);
        Self::Recorded(Mutex::new(Replay {
            drawn,
            stand_ins: StandIns::default(),
            given: (0, 0),
            now_ms,
            has_secrets,
        }))
    }

    /// Milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        match self {
            Self::Live(live) => {
                let now = now_ms();
                let drawn = &mut lock(live).drawn;
                if drawn.clock.len() < READINGS {
                    drawn.clock.push(now);
                }
                now
            }
            Self::Recorded(replay) => {
                let mut replay = lock(replay);
                if let Some(reading) = replay.drawn.clock.get(replay.given.0).copied() {
                    replay.given.0 += 1;
                    replay.now_ms = reading;
                }
                replay.now_ms
            }
        }
    }

    /// Fills `bytes` with randomness.
    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::Live(live) => {
                getrandom::fill(bytes).expect("the system has randomness");
                let drawn = &mut lock(live).drawn;
                if drawn.random.len() + bytes.len() <= BYTES {
                    drawn.random.extend_from_slice(bytes);
                }
            }
            Self::Recorded(replay) => {
                let mut replay = lock(replay);
                for byte in bytes {
                    let at = replay.given.1;
                    *byte = replay.drawn.random.get(at).copied().unwrap_or_else(|| stand_in(at));
                    replay.given.1 += 1;
                }
            }
        }
    }

    /// What `perform` makes with the secret of that name. A replay has a stand-in for it, and does without the secret.
    pub(crate) fn sign(
        &self,
        secret: &str,
        operation: SecretOperation,
        message: &[u8],
        perform: impl FnOnce() -> Result<Vec<u8>, String>,
    ) -> Result<Vec<u8>, String> {
        match self {
            Self::Live(live) => {
                let result = perform()?;
                let Live { drawn, stand_ins } = &mut *lock(live);
                stand_ins.record(&mut drawn.uses, secret, operation, message, &result);
                Ok(result)
            }
            Self::Recorded(replay) => {
                let Replay {
                    drawn,
                    stand_ins,
                    has_secrets,
                    ..
                } = &mut *lock(replay);
                if *has_secrets {
                    return perform();
                }
                stand_ins.replay(&drawn.uses.opened, secret, operation, message)
            }
        }
    }

    /// Whether a replay waited in place of the system; a live run must wait itself.
    pub(crate) fn waited(&self, duration: Duration) -> bool {
        if let Self::Recorded(replay) = self {
            let waited = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
            let mut replay = lock(replay);
            replay.now_ms = replay.now_ms.saturating_add(waited);
        }
        matches!(self, Self::Recorded(_))
    }

    /// What was drawn, taken out.
    pub(crate) fn take(&self) -> Drawn {
        match self {
            Self::Live(live) => std::mem::take(&mut lock(live).drawn),
            Self::Recorded(_) => Drawn::default(),
        }
    }
}

/// A byte for a script that draws more than was recorded: the same each time.
fn stand_in(at: usize) -> u8 {
    Sha256::digest(at.to_le_bytes())[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_gives_what_was_drawn_and_then_goes_on_evenly() {
        let drawn = Drawn {
            clock: vec![1_000, 1_500],
            random: vec![1, 2],
            uses: Uses::default(),
        };
        let draw = || {
            let chance = Chance::recorded(drawn.clone(), 900);
            let mut bytes = [0; 4];
            chance.fill(&mut bytes);
            let readings = [chance.now_ms(), chance.now_ms(), chance.now_ms()];
            assert!(chance.waited(Duration::from_secs(2)));
            (readings, chance.now_ms(), bytes)
        };
        let (readings, later, bytes) = draw();
        assert_eq!((readings, later), ([1_000, 1_500, 1_500], 3_500));
        assert_eq!(bytes[..2], [1, 2]);
        assert_eq!(draw(), (readings, later, bytes));
    }

    #[test]
    fn a_live_run_notes_what_it_drew() {
        let chance = Chance::default();
        let mut bytes = [0; 3];
        chance.fill(&mut bytes);
        let now = chance.now_ms();
        assert!(!chance.waited(Duration::ZERO));
        assert_eq!(
            chance.take(),
            Drawn {
                clock: vec![now],
                random: bytes.to_vec(),
                uses: Uses::default(),
            }
        );
    }
}
