//! Scripts run as a front runs them: a connector, a host, a result.

mod reference;
mod run;
mod support;
