//! Which scopes an endpoint of Okta's API takes, as its published API description (2026.06.3) says. The table holds paths,
//! methods and scopes; a test makes it.

/// A line for each path, parameters as `{}`: the path, a tab, and `METHOD=scope,scope` for each method.
const TABLE: &str = include_str!("scopes.tsv");

/// The scopes of which an access token needs one to call `path` with `method`; none where the table does not know it.
pub(super) fn of(method: &str, path: &str) -> Vec<&'static str> {
    let wanted: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let fitting = TABLE.lines().filter_map(|line| {
        let (known, methods) = line.split_once('\t')?;
        let parts: Vec<&str> = known.split('/').collect();
        let fits = parts.len() == wanted.len()
            && parts
                .iter()
                .zip(&wanted)
                .all(|(part, given)| *part == "{}" || part == given);
        // `/users/me` stands before `/users/{}`.
        let parameters = parts.iter().filter(|part| **part == "{}").count();
        fits.then_some((parameters, methods))
    });
    let found = fitting.min_by_key(|(parameters, _)| *parameters);
    let methods = found.map_or("", |(_, methods)| methods).split(' ');
    let scopes = methods
        .filter_map(|one| one.split_once('='))
        .find(|(known, _)| *known == method);
    scopes.map_or_else(Vec::new, |(_, scopes)| scopes.split(',').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Option<String> {
        let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let folder = std::env::var_os("OKTA_DATA").map_or_else(|| top.join("../shared/okta"), |path| top.join(path));
        let files = std::fs::read_dir(folder).ok()?.flatten().map(|file| file.path());
        let found = files
            .into_iter()
            .find(|path| path.to_string_lossy().contains("openapi-management"))?;
        std::fs::read_to_string(found).ok()
    }

    #[test]
    fn an_endpoint_is_found_by_method_and_path() {
        assert_eq!(of("GET", "/api/v1/users"), ["okta.users.read"]);
        assert_eq!(
            of("POST", "/api/v1/users/00u1/lifecycle/suspend"),
            ["okta.users.manage"]
        );
        assert_eq!(of("DELETE", "/api/v1/groups/00g1/users/00u1"), ["okta.groups.manage"]);
        assert_eq!(of("GET", "/api/v1/logs/"), ["okta.logs.read"]);
        assert_eq!(of("PATCH", "/api/v1/users"), [""; 0]);
        assert_eq!(of("GET", "/nowhere"), [""; 0]);
    }

    /// `UPDATE_EXPECT=1` writes the table.
    #[test]
    fn the_table_is_that_of_the_description() {
        use std::fmt::Write as _;

        let Some(text) = description() else {
            println!("skipped: no API description (set OKTA_DATA to the folder that holds it)");
            return;
        };
        let description: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        let mut table = String::new();
        for (path, methods) in description["paths"].as_object().unwrap() {
            let mut cells = Vec::new();
            for (method, operation) in methods.as_object().unwrap() {
                let ways = operation["security"].as_array().into_iter().flatten();
                let scopes = ways.flat_map(|way| way["oauth2"].as_array().into_iter().flatten());
                let scopes: Vec<&str> = scopes.filter_map(|scope| scope.as_str()).collect();
                if !scopes.is_empty() {
                    cells.push(format!("{}={}", method.to_uppercase(), scopes.join(",")));
                }
            }
            if !cells.is_empty() {
                let parts = path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "{}" } else { part });
                let path: Vec<&str> = parts.collect();
                let _ = writeln!(table, "{}\t{}", path.join("/"), cells.join(" "));
            }
        }
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/src/okta/scopes.tsv");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(kept, &table).unwrap();
        }
        assert!(
            std::fs::read_to_string(kept).unwrap() == table,
            "the table differs: UPDATE_EXPECT=1 writes it"
        );
    }
}
