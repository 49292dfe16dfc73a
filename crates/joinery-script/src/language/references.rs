//! Where a name is declared, everywhere it is used, and giving it another, across the files of a connector.

use super::{
    code::{Bracket, Code, KEYWORDS},
    outline::writes,
    scan::{Span, is_word},
    scopes::{Role, Scopes, SymbolKind},
    strings::{self, Meaning},
    view::{Around, View, inside},
};
use crate::{entries, resolver::file_of};

/// A place in a file of the connector.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file.
    pub file: String,
    /// Where in it.
    pub span: Span,
}

/// What a word stands for, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entity {
    /// A name that this file alone knows.
    Local(usize),
    /// A function of a file.
    Function { file: String, name: String },
    /// A field of the input.
    Input(String),
    /// A file of the connector.
    File(String),
}

/// Why a name cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// There is no name at the place.
    #[error("there is no name here that can be changed")]
    NoName,
    /// Joinery finds the function by its name.
    #[error("Joinery calls `{name}` by this name")]
    Fixed {
        /// The function.
        name: String,
    },
    /// The new name is none.
    #[error("`{name}` cannot be a name: use letters, digits and _, and no word of the language")]
    NotAName {
        /// What was given.
        name: String,
    },
    /// Something else has the new name.
    #[error("there is a `{name}` here already")]
    Taken {
        /// What was given.
        name: String,
    },
}

/// Where the word at `byte` is declared.
pub fn definition(view: &View, byte: usize) -> Option<Location> {
    let here = |span| Location {
        file: view.path.to_owned(),
        span,
    };
    match entity(view, byte)? {
        Entity::Local(symbol) => {
            let symbol = &view.scopes.symbols[symbol];
            let declared_here = symbol.span.touches(byte);
            if symbol.kind == SymbolKind::Import && !declared_here {
                return view.imported(symbol).map(|(file, _)| Location {
                    file,
                    span: Span::new(0, 0),
                });
            }
            Some(here(symbol.span))
        }
        Entity::Function { file, name } if file == view.path => {
            view.scopes.function(&name).map(|found| here(found.span))
        }
        Entity::Function { file, name } => {
            let text = view.file(&file)?;
            let scopes = Scopes::of(&Code::of(&text));
            let span = scopes.function(&name)?.span;
            Some(Location { file, span })
        }
        Entity::Input(name) => field_tokens(view, &name)
            .first()
            .map(|&token| here(inside(&view.code, token))),
        Entity::File(file) => Some(Location {
            file,
            span: Span::new(0, 0),
        }),
    }
}

/// Everywhere in this file that the word at `byte` is meant, and whether it is given a value there.
pub fn in_file(view: &View, byte: usize) -> Vec<(Span, bool)> {
    let Some(entity) = entity(view, byte) else {
        return Vec::new();
    };
    let mut places = uses(view, &entity);
    places.sort();
    places.dedup_by_key(|(span, _)| *span);
    places
}

/// Everywhere in the connector that the word at `byte` is meant; the declaration, too, where `declared`.
pub fn references(view: &View, byte: usize, declared: bool) -> Vec<Location> {
    let Some(entity) = entity(view, byte) else {
        return Vec::new();
    };
    let mut found = everywhere(view, &entity);
    if !declared && let Some(declaration) = definition(view, byte) {
        found.retain(|location| *location != declaration);
    }
    found
}

/// The word at `byte` that could be given another name.
///
/// # Errors
/// Why it could not.
pub fn renamed_word(view: &View, byte: usize) -> Result<Span, RenameError> {
    let entity = entity(view, byte).ok_or(RenameError::NoName)?;
    let fixed = |name: &str| Err(RenameError::Fixed { name: name.to_owned() });
    match &entity {
        Entity::Function { file, name } => {
            let kind = joinery_connector::FileKind::of(file).0;
            if entries::find(kind, name).is_some() {
                return fixed(name);
            }
        }
        Entity::File(_) => return Err(RenameError::NoName),
        Entity::Local(_) | Entity::Input(_) => {}
    }
    let places = uses(view, &entity);
    let at = places
        .iter()
        .find(|(span, _)| span.touches(byte))
        .map(|(span, _)| *span);
    at.ok_or(RenameError::NoName)
}

/// Every place that changes when the word at `byte` is called `name`.
///
/// # Errors
/// Why it cannot be.
pub fn rename(view: &View, byte: usize, name: &str) -> Result<Vec<Location>, RenameError> {
    let old = renamed_word(view, byte)?;
    let entity = entity(view, byte).ok_or(RenameError::NoName)?;
    let is_name = name.chars().all(is_word)
        && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && !KEYWORDS.contains(&name);
    if !is_name && !matches!(entity, Entity::Input(_)) {
        return Err(RenameError::NotAName { name: name.to_owned() });
    }
    let taken = match &entity {
        Entity::Local(symbol) => {
            let scope = view.scopes.symbols[*symbol].scope;
            let inside =
                |other: &&super::scopes::Symbol| other.scope.start < scope.end && scope.start < other.scope.end;
            let mut others = view
                .scopes
                .symbols
                .iter()
                .filter(|other| other.kind != SymbolKind::Function);
            let function = view.scopes.symbols[*symbol].function;
            others.any(|other| other.name == name && other.function == function && inside(&other))
        }
        Entity::Function { file, .. } => {
            let text = if file == view.path {
                Some(view.text().into())
            } else {
                view.file(file)
            };
            text.is_some_and(|text: std::sync::Arc<str>| Scopes::of(&Code::of(&text)).function(name).is_some())
        }
        Entity::Input(_) => view
            .declared_members("input_fields")
            .iter()
            .any(|field| field.name == name),
        Entity::File(_) => false,
    };
    if taken && old.of(view.text()) != name {
        return Err(RenameError::Taken { name: name.to_owned() });
    }
    Ok(everywhere(view, &entity))
}

fn entity(view: &View, byte: usize) -> Option<Entity> {
    if view.code.in_comment(byte) {
        return None;
    }
    let own = |name: &str| Entity::Function {
        file: view.path.to_owned(),
        name: name.to_owned(),
    };
    if let Some(index) = view.scopes.declared_at(byte) {
        let symbol = &view.scopes.symbols[index];
        return Some(match symbol.kind {
            SymbolKind::Function => own(&symbol.name),
            _ => Entity::Local(index),
        });
    }
    if let Some(used) = view.scopes.used_at(byte) {
        let word = used.span.of(view.text());
        match used.role {
            Role::Name(Some(symbol)) | Role::Alias(Some(symbol)) => return Some(Entity::Local(symbol)),
            Role::Call(Some(symbol)) => {
                let symbol_kind = view.scopes.symbols[symbol].kind;
                return Some(match symbol_kind {
                    SymbolKind::Function => own(word),
                    _ => Entity::Local(symbol),
                });
            }
            Role::Member(Some(alias)) => {
                let (file, _) = view.imported(&view.scopes.symbols[alias])?;
                return Some(Entity::Function {
                    file,
                    name: word.to_owned(),
                });
            }
            // `list.own_function()` calls a function of the script with the value as `this`.
            Role::Method if view.scopes.function(word).is_some() => return Some(own(word)),
            Role::Property if is_input(view, used.token) => return Some(Entity::Input(word.to_owned())),
            _ => {}
        }
    }
    let token = view.code.at(byte)?;
    let name = view.text_token(token)?;
    match strings::meaning(view, token) {
        Meaning::Schema => Some(Entity::File(format!("schemas/{name}.json"))).filter(|entity| exists(view, entity)),
        Meaning::PickList => {
            Some(Entity::File(format!("pick_lists/{name}.rhai"))).filter(|entity| exists(view, entity))
        }
        Meaning::Import => Some(Entity::File(file_of(&name).ok()?)).filter(|entity| exists(view, entity)),
        Meaning::InputField => Some(Entity::Input(name)),
        _ => field_tokens(view, &name)
            .contains(&token)
            .then_some(Entity::Input(name)),
    }
}

fn exists(view: &View, entity: &Entity) -> bool {
    match (entity, view.connector) {
        (Entity::File(file), Some(connector)) => connector.files.text(file).is_some(),
        _ => false,
    }
}

fn is_input(view: &View, property: usize) -> bool {
    property >= 2 && view.code.word(property - 2) == "input" && !matches!(view.code.before(property - 2), "." | "?.")
}

/// The texts by which `input_fields` declares a field.
fn field_tokens(view: &View, name: &str) -> Vec<usize> {
    let code = &view.code;
    let Some((from, to)) = view.scopes.function("input_fields").and_then(|function| function.value) else {
        return Vec::new();
    };
    (from..to.min(code.tokens.len()))
        .filter(|&open| code.bracket[open] == Some(Bracket::Call) && code.before(open) == "field")
        .map(|open| open + 1)
        .filter(|&token| view.text_token(token).as_deref() == Some(name))
        .collect()
}

/// The uses of an entity in the viewed file.
fn uses(view: &View, entity: &Entity) -> Vec<(Span, bool)> {
    let code = &view.code;
    match entity {
        Entity::Local(index) => {
            let symbol = view.scopes.symbols.get(*index);
            let declared = symbol.map(|symbol| (symbol.span, true));
            let used = view.scopes.uses.iter().filter(|used| {
                matches!(used.role, Role::Name(Some(symbol)) | Role::Alias(Some(symbol)) | Role::Call(Some(symbol)) if symbol == *index)
            });
            declared
                .into_iter()
                .chain(used.map(|used| (used.span, writes(used))))
                .collect()
        }
        Entity::Function { file, name } => {
            let own = file == view.path;
            let declared = view
                .scopes
                .functions()
                .filter(|(_, function)| own && function.name == *name);
            let used = view.scopes.uses.iter().filter(|used| {
                used.span.of(view.text()) == name
                    && match used.role {
                        Role::Call(Some(symbol)) => own && view.scopes.symbols[symbol].kind == SymbolKind::Function,
                        Role::Method => own,
                        Role::Member(Some(alias)) => view
                            .imported(&view.scopes.symbols[alias])
                            .is_some_and(|(imported, _)| imported == *file),
                        _ => false,
                    }
            });
            declared
                .map(|(_, function)| (function.span, true))
                .chain(used.map(|used| (used.span, false)))
                .collect()
        }
        Entity::Input(name) => {
            let declared = field_tokens(view, name)
                .into_iter()
                .map(|token| (inside(code, token), true));
            let properties = view.scopes.uses.iter().filter(|used| {
                used.role == Role::Property && used.span.of(view.text()) == name && is_input(view, used.token)
            });
            let texts = (0..code.tokens.len())
                .filter(|&token| view.text_token(token).as_deref() == Some(name))
                .filter(|&token| strings::meaning(view, token) == Meaning::InputField)
                .map(|token| (inside(code, token), false));
            declared
                .chain(properties.map(|used| (used.span, false)))
                .chain(texts)
                .collect()
        }
        Entity::File(file) => (0..code.tokens.len())
            .filter(|&token| {
                let name = view.text_token(token).unwrap_or_default();
                match strings::meaning(view, token) {
                    Meaning::Schema => *file == format!("schemas/{name}.json"),
                    Meaning::PickList => *file == format!("pick_lists/{name}.rhai"),
                    Meaning::Import => file_of(&name).is_ok_and(|found| found == *file),
                    _ => false,
                }
            })
            .map(|token| (inside(code, token), false))
            .collect(),
    }
}

fn everywhere(view: &View, entity: &Entity) -> Vec<Location> {
    let mut found: Vec<Location> = uses(view, entity)
        .into_iter()
        .map(|(span, _)| Location {
            file: view.path.to_owned(),
            span,
        })
        .collect();
    if let (Entity::Function { .. } | Entity::File(_), Some(connector)) = (entity, view.connector) {
        found.extend(elsewhere(view, entity, connector));
    }
    found.sort();
    found.dedup();
    found
}

fn elsewhere(view: &View, entity: &Entity, connector: Around) -> Vec<Location> {
    let mut found = Vec::new();
    let paths = connector.files.paths();
    let scripts = paths
        .iter()
        .filter(|path| crate::check::has_extension(path, "rhai") && path.as_str() != view.path);
    for path in scripts {
        let Some(text) = connector.files.text(path) else {
            continue;
        };
        // Most files do not mention the name at all.
        let name = match entity {
            Entity::Function { name, .. } => name.as_str(),
            Entity::File(file) => file
                .rsplit('/')
                .next()
                .and_then(|name| name.split('.').next())
                .unwrap_or_default(),
            _ => return found,
        };
        if !text.contains(name) {
            continue;
        }
        let code = Code::of(&text);
        let scopes = Scopes::of(&code);
        let other = View {
            scripts: view.scripts,
            connector: view.connector,
            path,
            seen: None,
            beside: view.beside,
            code,
            scopes,
        };
        found.extend(uses(&other, entity).into_iter().map(|(span, _)| Location {
            file: path.clone(),
            span,
        }));
    }
    found
}
