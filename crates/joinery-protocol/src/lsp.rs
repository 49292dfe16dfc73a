//! The language server: what an editor says comes in as a message, what it should know goes out as messages.

mod actions;
mod answers;
mod capabilities;
mod convert;
mod documents;
mod places;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
};

use joinery_app::Studio;
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, InitializeParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::rpc::{self, Failure, Message};
use documents::Documents;

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// `initialize` has not come yet.
    New,
    /// It has.
    Running,
    /// `shutdown` has come: only `exit` is to follow.
    ShutDown,
    /// `exit` has come.
    Over { orderly: bool },
}

/// A language server for one client.
pub struct Server {
    studio: Arc<Studio>,
    stage: Stage,
    documents: Documents,
    client: capabilities::Client,
}

impl Server {
    /// A server. `folder` is the connector it was started for, where there is one: its files are known before any is
    /// opened.
    pub fn new(studio: Arc<Studio>, folder: Option<PathBuf>) -> Self {
        Self {
            documents: Documents::new(folder),
            studio,
            stage: Stage::New,
            client: capabilities::Client::default(),
        }
    }

    /// The exit code to end with, once `exit` has come.
    pub fn exit_code(&self) -> Option<u8> {
        match self.stage {
            Stage::Over { orderly } => Some(u8::from(!orderly)),
            _ => None,
        }
    }

    /// Takes a message and returns those to send.
    pub fn handle(&mut self, message: &str) -> Vec<String> {
        let out = match rpc::read(message) {
            Ok(Message::Request { id, method, params }) => self.request(&id, &method, params),
            Ok(Message::Notification { method, params }) => self.notification(&method, params),
            Ok(Message::Response) => Vec::new(),
            Err(refusal) => vec![refusal],
        };
        out.iter().map(Value::to_string).collect()
    }

    fn request(&mut self, id: &Value, method: &str, params: Value) -> Vec<Value> {
        let result = match (self.stage, method) {
            (Stage::New, "initialize") => parsed(params).map(|params| self.initialize(&params)),
            (Stage::New, _) => Err(Failure::new(Failure::NOT_INITIALIZED, "`initialize` comes first")),
            (Stage::Running, "initialize") => Err(Failure::new(Failure::INVALID_REQUEST, "`initialize` came already")),
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Running, _) => guarded(|| answers::answer(self, method, params)),
            (Stage::ShutDown | Stage::Over { .. }, _) => Err(Failure::new(
                Failure::INVALID_REQUEST,
                "after `shutdown` only `exit` may come",
            )),
        };
        vec![rpc::answer(id, result)]
    }

    fn notification(&mut self, method: &str, params: Value) -> Vec<Value> {
        match (self.stage, method) {
            (stage, "exit") => {
                let orderly = stage == Stage::ShutDown;
                self.stage = Stage::Over { orderly };
                Vec::new()
            }
            (Stage::Running, "initialized") => self.client.watch_request().into_iter().collect(),
            (Stage::Running, _) => {
                let told = guarded(|| self.told(method, params));
                // Nobody waits for an answer to a notification; what went wrong is told as a message.
                told.unwrap_or_else(|failure| {
                    let params = json!({ "type": 1, "message": format!("{method}: {}", failure.message) });
                    vec![rpc::notification("window/logMessage", params)]
                })
            }
            _ => Vec::new(),
        }
    }

    fn initialize(&mut self, params: &InitializeParams) -> Value {
        self.client = capabilities::Client::of(params);
        self.documents.unit = self.client.unit;
        self.stage = Stage::Running;
        capabilities::answer(&self.client)
    }

    fn told(&mut self, method: &str, params: Value) -> Result<Vec<Value>, Failure> {
        match method {
            "textDocument/didOpen" => {
                let DidOpenTextDocumentParams { text_document } = parsed(params)?;
                let uri = text_document.uri.to_string();
                self.documents.open(&uri, text_document.version, text_document.text);
                Ok(self.diagnostics(&[uri]))
            }
            "textDocument/didChange" => {
                let params: DidChangeTextDocumentParams = parsed(params)?;
                let uri = params.text_document.uri.to_string();
                self.documents
                    .change(&uri, params.text_document.version, &params.content_changes)?;
                Ok(self.diagnostics(&[uri]))
            }
            "textDocument/didSave" => {
                let params: DidSaveTextDocumentParams = parsed(params)?;
                // What one file declares, others use.
                self.documents.read_again();
                let _ = params;
                Ok(self.diagnostics(&self.documents.uris()))
            }
            "textDocument/didClose" => {
                let DidCloseTextDocumentParams { text_document } = parsed(params)?;
                let uri = text_document.uri.to_string();
                self.documents.close(&uri);
                let params = json!({ "uri": uri, "diagnostics": [] });
                Ok(vec![rpc::notification("textDocument/publishDiagnostics", params)])
            }
            "workspace/didChangeWatchedFiles" => {
                let _: DidChangeWatchedFilesParams = parsed(params)?;
                self.documents.read_again();
                Ok(self.diagnostics(&self.documents.uris()))
            }
            // Whatever else an editor tells changes nothing here.
            _ => Ok(Vec::new()),
        }
    }

    fn diagnostics(&mut self, uris: &[String]) -> Vec<Value> {
        uris.iter()
            .filter_map(|uri| {
                let (version, diagnostics) = actions::diagnostics(&self.studio, &mut self.documents, uri)?;
                let params = json!({ "uri": uri, "version": version, "diagnostics": diagnostics });
                Some(rpc::notification("textDocument/publishDiagnostics", params))
            })
            .collect()
    }
}

/// The parameters in the form of the protocol.
fn parsed<T: DeserializeOwned>(params: Value) -> Result<T, Failure> {
    serde_json::from_value(params).map_err(|error| Failure::new(Failure::INVALID_PARAMS, error.to_string()))
}

/// A mistake of ours in one answer must not end the conversation.
fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Failure::new(
            Failure::INTERNAL,
            "something went wrong here; the server goes on",
        ))
    })
}
