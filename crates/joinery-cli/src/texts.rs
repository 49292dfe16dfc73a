//! Texts that an argument gives directly, as `@FILE`, or as `-` for what comes in.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use joinery_app::{Code, Error};
use serde_json::Value;

/// The text that `argument` stands for.
///
/// # Errors
/// [`Code::Unavailable`] when the file cannot be read, [`Code::Input`] when it is not text.
pub fn read(argument: &str) -> Result<String, Error> {
    match argument.strip_prefix('@') {
        _ if argument == "-" => standard_input(),
        Some(path) => file(Path::new(path)),
        None => Ok(argument.to_owned()),
    }
}

/// Everything that comes in.
///
/// # Errors
/// As [`read`].
pub fn standard_input() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Error::new(Code::Input, format!("cannot read what comes in: {error}")))?;
    Ok(text)
}

/// The text of a file.
///
/// # Errors
/// As [`read`].
pub fn file(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|error| {
        Error::new(Code::Unavailable, format!("cannot read {}: {error}", path.display())).with_hint("Check the path.")
    })?;
    String::from_utf8(bytes).map_err(|_| Error::new(Code::Input, format!("{} is not UTF-8 text", path.display())))
}

/// The whole path of a file named from here: what is kept must mean the same from anywhere.
///
/// # Errors
/// [`Code::Unavailable`] when this process is nowhere.
pub fn whole_path(path: &Path) -> Result<String, Error> {
    let whole = std::path::absolute(path).map_err(|error| {
        Error::new(
            Code::Unavailable,
            format!("cannot tell where {} is: {error}", path.display()),
        )
    })?;
    Ok(whole.display().to_string())
}

/// The JSON that `argument` stands for.
///
/// # Errors
/// As [`read`], and [`Code::Usage`] with line and column for what is not JSON.
pub fn read_json(argument: &str) -> Result<Value, Error> {
    let text = read(argument)?;
    serde_json::from_str(&text).map_err(|error| Error {
        file: argument.strip_prefix('@').map(str::to_owned),
        line: u32::try_from(error.line()).ok(),
        column: u32::try_from(error.column()).ok(),
        ..Error::new(Code::Usage, format!("the input is not JSON: {error}"))
            .with_hint("Write it as --input '{\"name\": \"value\"}', or --input @FILE.")
    })
}

/// Splits `KEY=VALUE`.
///
/// # Errors
/// What to write instead.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("write it as KEY=VALUE, not `{text}`")),
    }
}

/// Where a secret is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A variable of the environment.
    Variable(String),
    /// A file; line ends at its end are left out.
    File(PathBuf),
    /// What comes in.
    StandardInput,
}

/// Splits `NAME=env:VAR`, `NAME=file:PATH` and `NAME=-`. A secret itself never stands on a command line, where
/// every process of the machine can read it.
///
/// # Errors
/// What to write instead.
pub fn secret(text: &str) -> Result<(String, SecretSource), String> {
    // The text is not repeated: it may hold the secret.
    let wanted = "write it as NAME=env:VARIABLE, NAME=file:PATH, or NAME=- to read it from what comes in";
    let (name, source) = pair(text).map_err(|_| wanted.to_owned())?;
    let source = match source.split_once(':') {
        _ if source == "-" => SecretSource::StandardInput,
        Some(("env", variable)) => SecretSource::Variable(variable.to_owned()),
        Some(("file", path)) => SecretSource::File(path.into()),
        _ => return Err(wanted.to_owned()),
    };
    Ok((name, source))
}

impl SecretSource {
    /// The secret's text.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when there is none.
    pub fn read(&self) -> Result<String, Error> {
        let text = match self {
            Self::Variable(name) => std::env::var(name)
                .map_err(|_| Error::new(Code::Unavailable, format!("the environment has no variable {name}")))?,
            Self::File(path) => file(path)?,
            Self::StandardInput => standard_input()?,
        };
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_on_the_command_line_is_refused_without_repeating_it() {
        let refusal = secret("token=00aSecretValue").unwrap_err();
        assert!(!refusal.contains("00aSecretValue"), "{refusal}");
        assert_eq!(
            secret("token=env:OKTA"),
            Ok(("token".into(), SecretSource::Variable("OKTA".into())))
        );
        assert_eq!(secret("token=-"), Ok(("token".into(), SecretSource::StandardInput)));
        assert_eq!(
            secret("token=file:a:b"),
            Ok(("token".into(), SecretSource::File("a:b".into())))
        );
    }
}
