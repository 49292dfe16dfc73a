//! Fields and JSON Schema 2020-12: from one to the other, inferring from samples, checking values.

mod blank;
mod check;
mod field;
mod format;
mod infer;
mod sample;
mod shown;

pub use blank::blank;
pub use check::{Violation, check};
pub use field::{Field, FieldType, PickOption, from_schema, to_schema};
pub use infer::{Sample, infer};
pub use sample::{Answer, Inferred, Unusable, of_samples};
pub use shown::{is_shown, shown, with_defaults};
