//! `import "methods/paginate" as paging;`: files of the connector only, each once a run, never in a circle.

use rhai::{Engine, EvalAltResult, GlobalRuntimeState, Module, ModuleResolver, Position, Scope, Shared};

use crate::{
    engine::Inner,
    state::{Tag, lock},
};

/// Finds imported modules in the connector of the run.
pub struct ConnectorModules(pub std::sync::Weak<Inner>);

/// The file an import means.
///
/// # Errors
/// Why the path cannot be used.
pub fn file_of(path: &str) -> Result<String, String> {
    if path.starts_with(['/', '\\', '~']) || path.contains(':') {
        return Err(format!(
            "`{path}` is an absolute path; imports start at the connector's folder"
        ));
    }
    if path.contains('\\') {
        return Err(format!("`{path}`: write `/` between folders"));
    }
    if path.split('/').any(|part| part == "..") {
        return Err(format!(
            "`{path}` leads out of the connector; imports start at the connector's folder"
        ));
    }
    if path.is_empty() || path.split('/').any(|part| part.is_empty() || part == ".") {
        return Err(format!("`{path}` is not a path such as `methods/paginate`"));
    }
    let rhai = std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rhai");
    Ok(if rhai { path.to_owned() } else { format!("{path}.rhai") })
}

impl ModuleResolver for ConnectorModules {
    fn resolve(
        &self,
        _engine: &Engine,
        _source: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        Err(EvalAltResult::ErrorModuleNotFound(path.to_owned(), position).into())
    }

    fn resolve_raw(
        &self,
        engine: &Engine,
        global: &mut GlobalRuntimeState,
        _scope: &mut Scope,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let refuse = |message: String| -> Box<EvalAltResult> {
            EvalAltResult::ErrorRuntime(crate::error::thrown("import", &message).into(), position).into()
        };
        let not_found = || EvalAltResult::ErrorModuleNotFound(path.to_owned(), position);
        let (Some(inner), Some(run)) = (self.0.upgrade(), global.tag.read_lock::<Tag>().map(|tag| tag.0.clone()))
        else {
            return Err(not_found().into());
        };
        let file = file_of(path).map_err(refuse)?;
        if let Some(module) = lock(&run.modules).get(&file) {
            return Ok(module.clone());
        }
        let circle = {
            let importing = lock(&run.importing);
            importing.contains(&file).then(|| {
                let mut circle = importing.clone();
                circle.push(file.clone());
                circle.join(" imports ")
            })
        };
        if let Some(circle) = circle {
            return Err(refuse(format!("imports go in a circle: {circle}")));
        }
        let ast = match inner.script(&run, &file) {
            Ok(ast) => ast,
            Err(error) if error.code == "no_file" => return Err(refuse(format!("no file `{file}` to import"))),
            // The place inside the imported file is what a reader needs, so the error travels as it is.
            Err(error) => return Err(EvalAltResult::ErrorSystem(String::new(), Box::new(error)).into()),
        };
        lock(&run.importing).push(file.clone());
        let source = global.source.replace(file.as_str().into());
        let module = Module::eval_ast_as_new_raw(engine, &mut Scope::new(), global, &ast);
        global.source = source;
        lock(&run.importing).pop();
        let mut module = module.map_err(|error| EvalAltResult::ErrorInModule(file.clone(), error, position))?;
        module.set_id(file.as_str());
        module.build_index();
        let module = Shared::new(module);
        lock(&run.modules).insert(file, module.clone());
        Ok(module)
    }
}
