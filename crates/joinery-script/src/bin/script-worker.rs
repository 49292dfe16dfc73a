//! A worker and nothing else: what tests and measurements give to `Program::At`.

fn main() {
    joinery_script::serve_if_asked();
}
