//! The client: one per connection, so that its TCP connections are reused.

use crate::error::Error;

/// How a client connects.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// Value of the `User-Agent` header where a request sets none.
    pub user_agent: String,
}

/// A pool of connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    _options: ClientOptions,
}

impl Client {
    /// A client.
    ///
    /// # Errors
    /// [`Error::Tls`] when the system's certificates cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        Ok(Self { _options: options })
    }
}
