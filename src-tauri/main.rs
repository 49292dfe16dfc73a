//! The studio's program.

// Without this a console window opens beside the studio on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    joinery_studio::run();
}
