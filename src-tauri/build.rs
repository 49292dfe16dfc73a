//! Points tauri-build at `src-tauri/capabilities`, because the manifest sits at the top of the repository.
fn main() {
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/*.json");
    tauri_build::try_build(attributes).expect("the window's configuration is valid");
}
