//! Whether there is a display to open the window on. Without one GTK ends the process in the middle of a panic.

/// Why no window can be opened here, with what to do; none where one can. To be asked on the main thread.
#[cfg(target_os = "linux")]
pub fn missing() -> Option<String> {
    gtk::init().is_err().then(|| {
        let given = ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().find_map(|name| {
            let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
            Some(format!("{name}={value} does not answer"))
        });
        let why = given.unwrap_or_else(|| "neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned());
        format!(
            "joinery-studio needs a display for its window ({why}): start it in a desktop session, or work with `joinery`, the command line, which needs none"
        )
    })
}

/// Windows and macOS have one wherever a program of this kind starts.
#[cfg(not(target_os = "linux"))]
pub fn missing() -> Option<String> {
    None
}
