//! Scripts run as a front runs them: a connector, a host, a result.

mod check;
mod errors;
mod hostile;
mod reference;
mod run;
mod support;
