//! A worker and nothing else: what the tests of this crate give to `StudioOptions`.

fn main() {
    joinery_app::serve_if_asked();
}
