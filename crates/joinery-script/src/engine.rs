//! The engine every run shares, and the scripts compiled so far.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, Weak},
};

use rhai::{AST, Engine, packages::Package};

use crate::{
    coverage::{Coverage, Probes},
    error::{self, ScriptError},
    functions::{self, Signatures},
    resolver::ConnectorModules,
    state::{self, RunState, lock},
    tokens,
};

/// Script calls the engine allows at all; the run's own limit is lower and gives a better message.
const MAX_CALL_LEVELS: usize = 512;
/// Nesting of expressions in a file and in a function.
const MAX_EXPRESSION_DEPTH: usize = 128;
/// Compiled scripts kept. Past it the cache starts anew.
const MAX_CACHED: usize = 256;

/// What all runs share.
pub struct Inner {
    /// The engine.
    pub engine: Engine,
    /// Names and parameters of every native function.
    pub signatures: Signatures,
    compiled: Mutex<HashMap<(String, u64), AST>>,
    /// Notes which lines run, on an engine made for it.
    probes: Option<Probes>,
}

impl Inner {
    /// Builds the engine with all functions.
    pub fn build() -> Arc<Self> {
        Self::build_with(None)
    }

    /// Builds the engine whose scripts note which lines ran.
    pub fn build_covering() -> Arc<Self> {
        Self::build_with(Some(Probes::default()))
    }

    fn build_with(probes: Option<Probes>) -> Arc<Self> {
        Arc::new_cyclic(|inner: &Weak<Self>| {
            let mut engine = Engine::new_raw();
            rhai::packages::StandardPackage::new().register_into_engine(&mut engine);
            tokens::register(&mut engine);
            functions::register(&mut engine);
            engine
                .set_module_resolver(ConnectorModules(inner.clone()))
                .set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH)
                .set_max_call_levels(MAX_CALL_LEVELS)
                .set_strict_variables(true)
                .disable_symbol("eval")
                .on_progress(|_| state::on_step());
            #[allow(deprecated, reason = "volatile, not deprecated: see `state::on_variable`")]
            engine.on_var(|name, _, context| {
                state::on_variable(context.call_level(), || context.scope().get(name)).map(|()| None)
            });
            let signatures = Signatures::read(&engine);
            if probes.is_some() {
                Probes::register(&mut engine);
            }
            Self {
                engine,
                signatures,
                compiled: Mutex::default(),
                probes,
            }
        })
    }

    /// Compiles `text`, or takes it from the cache.
    ///
    /// # Errors
    /// The syntax error, with its place in `file`.
    pub fn compile(&self, file: &str, text: &str) -> Result<AST, ScriptError> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let key = (file.to_owned(), hasher.finish());
        if let Some(ast) = lock(&self.compiled).get(&key) {
            return Ok(ast.clone());
        }
        tokens::start();
        let mut ast = self
            .engine
            .compile(text)
            .map_err(|error| error::syntax(&error, file, text))?;
        if let Some(probes) = &self.probes {
            ast = probes.set(&self.engine, file, text, ast);
        }
        ast.set_source(file);
        let mut compiled = lock(&self.compiled);
        if compiled.len() >= MAX_CACHED {
            compiled.clear();
        }
        compiled.insert(key, ast.clone());
        Ok(ast)
    }

    /// Which lines this thread's run did, where they are noted.
    pub fn coverage(&self) -> Option<Coverage> {
        self.probes.as_ref().map(Probes::take)
    }

    /// The compiled script `file` of the run's connector.
    ///
    /// # Errors
    /// `no_file`, `file_limit` or `syntax`.
    pub fn script(&self, run: &RunState, file: &str) -> Result<AST, ScriptError> {
        let text = run
            .files
            .text(file)
            .ok_or_else(|| ScriptError::new("no_file", format!("no file `{file}` in this connector"), file))?;
        if text.len() > run.limits.file {
            return Err(error::file_too_large(file, text.len(), run.limits.file));
        }
        run.spot.note(file, 0);
        let ast = self.compile(file, &text)?;
        if let Some(probes) = &self.probes {
            probes.used(file, &text);
        }
        lock(&run.scripts).insert(file.to_owned(), ast.clone());
        Ok(ast)
    }
}
