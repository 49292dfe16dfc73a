//! The studio's program.

// Without this a console window opens beside the studio on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    joinery_studio::run()
}
