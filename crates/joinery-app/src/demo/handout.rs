//! The hand-out: the story as one page that needs nothing else. No script, nothing remote, light and dark, printable.

use std::{fmt::Write as _, path::Path};

use joinery_connector::Connector;

use super::{DemoKind, DemoSource, DemoView, Scene, SceneInput, Stage, needed, show_all, view};
use crate::{
    bodies::BodyLine,
    connectors,
    error::Error,
    studio::{Studio, version},
};

/// How the page looks.
const STYLE: &str = include_str!("handout.css");

/// The classes of coloured text in the order of [`TokenClass`](crate::highlight::TokenClass); they are the names in the style above.
const CLASSES: [&str; 12] = ["", "k", "f", "s", "i", "n", "c", "p", "m", "o", "v", "a"];

/// Plays a story of the workspace on its recordings and writes its page.
///
/// # Errors
/// [`Code::Usage`](crate::Code::Usage) for a story that is not recorded, [`Code::Unavailable`](crate::Code::Unavailable)
/// when it cannot be written.
pub async fn save(studio: &Studio, folder: &str, environment: Option<&str>, path: &Path) -> Result<(), Error> {
    let connector = connectors::in_workspace(studio, folder)?;
    let story = needed(&connector)?;
    let stage = Stage {
        connector: &connector,
        story: &story,
        org: None,
        environment,
    };
    let scenes = show_all(studio, &stage, &mut |_| ()).await?;
    let page = handout(&connector, &view(&connector, folder, &story), &scenes);
    Ok(joinery_connector::file::write(path, page.as_bytes())?)
}

/// The page of a story that was played.
pub fn handout(connector: &Connector, view: &DemoView, scenes: &[Scene]) -> String {
    let mut page = String::new();
    let title = escaped(&view.title);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"Joinery {}\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<header>\n<h1>{title}</h1>\n<p>{}</p>\n</header>\n<main>\n",
        version(),
        escaped(&about(connector, view, scenes)),
    );
    for scene in scenes {
        add_step(&mut page, view, scene);
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// Which connector, from where, and what is covered.
fn about(connector: &Connector, view: &DemoView, scenes: &[Scene]) -> String {
    let manifest = &connector.manifest;
    let day = view.recorded_at.as_deref().and_then(|time| time.split('T').next());
    let source = match (scenes.first().map(|scene| scene.source), day) {
        (Some(DemoSource::Live), _) => "shown live".to_owned(),
        (_, Some(day)) => format!("recorded on {day}"),
        (_, None) => "nothing was called".to_owned(),
    };
    let covered = if view.personal {
        "secrets and personal data masked"
    } else {
        "secrets masked"
    };
    format!("{} {} · {source} · {covered}", manifest.title, manifest.version)
}

fn add_step(page: &mut String, view: &DemoView, scene: &Scene) {
    let Some(step) = view.steps.get(scene.step as usize) else {
        return;
    };
    let number = scene.step + 1;
    let _ = writeln!(page, "<section aria-labelledby=\"step-{number}\">");
    let _ = writeln!(
        page,
        "<h2 id=\"step-{number}\"><span class=\"number\">{number}</span> {}</h2>",
        escaped(&step.title)
    );
    let outcome = [step.detail.as_str(), &scene.outcome].join(" ");
    if !outcome.trim().is_empty() {
        let tone = if scene.ok { "detail" } else { "detail bad" };
        let _ = writeln!(page, "<p class=\"{tone}\">{}</p>", escaped(outcome.trim()));
    }
    // Words that already stand as the title are not said twice.
    if !step.say.is_empty() && step.say != step.title {
        let _ = writeln!(page, "<p class=\"say\">{}</p>", escaped(&step.say));
    }
    if let Some(request) = &scene.request {
        let mut lines = vec![format!("<b>{}</b> {}", escaped(&request.method), escaped(&request.url))];
        lines.extend(request.headers.iter().map(|header| {
            format!(
                "<span class=\"m\">{}</span> {}",
                escaped(&header.name),
                escaped(&header.value)
            )
        }));
        add_pre(page, "Request", &lines.join("\n"));
        if !request.lines.is_empty() {
            add_pre(page, "Body", &code(&request.lines));
        }
    }
    if let Some(script) = &scene.script {
        add_pre(page, "Script", &code(&script.lines));
    }
    let inputs: Vec<&SceneInput> = match step.kind {
        DemoKind::Action => scene.inputs.iter().collect(),
        _ => scene.inputs.iter().filter(|input| !input.value.is_empty()).collect(),
    };
    if !inputs.is_empty() {
        page.push_str("<dl>\n");
        for input in inputs {
            let value = match (input.value.as_str(), input.required) {
                ("", true) => "required",
                ("", false) => "optional",
                (value, _) => value,
            };
            let _ = writeln!(page, "<dt>{}</dt><dd>{}</dd>", escaped(&input.label), escaped(value));
        }
        page.push_str("</dl>\n");
    }
    if step.kind == DemoKind::Run {
        let call = |call: &super::SceneCall| {
            let status = call
                .status
                .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            format!("<b>{}</b> {} {status}", escaped(&call.method), escaped(&call.url))
        };
        let calls: Vec<String> = scene.calls.iter().map(call).collect();
        if !calls.is_empty() {
            add_pre(page, "Calls", &calls.join("\n"));
        }
    }
    if let Some(error) = &scene.error {
        let _ = writeln!(page, "<p class=\"bad\" role=\"note\">{}</p>", escaped(&error.message));
    }
    if !scene.lines.is_empty() {
        let label = if step.kind == DemoKind::Run { "Result" } else { "Answer" };
        let mut shown = code(&scene.lines);
        if scene.more > 0 {
            let _ = write!(shown, "\n<span class=\"m\">and {} lines more</span>", scene.more);
        }
        add_pre(page, label, &shown);
    }
    page.push_str("</section>\n");
}

fn add_pre(page: &mut String, label: &str, inside: &str) {
    // A block that scrolls must be in reach of the keyboard.
    let _ = writeln!(
        page,
        "<figure><figcaption>{label}</figcaption><pre tabindex=\"0\" role=\"group\" aria-label=\"{label}\">{inside}</pre></figure>"
    );
}

/// Lines with their colours.
fn code(lines: &[BodyLine]) -> String {
    let shown: Vec<String> = lines.iter().map(coloured).collect();
    shown.join("\n")
}

fn coloured(line: &BodyLine) -> String {
    let units: Vec<u16> = line.text.encode_utf16().collect();
    let piece = |from: usize, to: usize| {
        escaped(&String::from_utf16_lossy(
            &units[from.min(units.len())..to.min(units.len())],
        ))
    };
    let mut shown = "  ".repeat(line.depth as usize);
    let mut at = 0;
    for span in line.spans.chunks_exact(3) {
        let (start, end, class) = (span[0] as usize, span[1] as usize, span[2] as usize);
        shown.push_str(&piece(at, start.max(at)));
        match CLASSES.get(class).filter(|class| !class.is_empty()) {
            Some(class) => {
                let _ = write!(shown, "<span class=\"{class}\">{}</span>", piece(start, end));
            }
            None => shown.push_str(&piece(start, end)),
        }
        at = end.max(at);
    }
    shown.push_str(&piece(at, units.len()));
    shown
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::highlight::TokenClass;

    #[test]
    fn every_class_of_text_has_its_colour() {
        assert_eq!(CLASSES.len() - 1, TokenClass::Param as usize);
        for class in CLASSES.iter().filter(|class| !class.is_empty()) {
            assert!(STYLE.contains(&format!(".{class} {{")), "no colour for .{class}");
        }
    }

    #[test]
    fn text_of_others_is_no_markup() {
        let line = BodyLine {
            text: "a<b> & \"c\"".to_owned(),
            spans: vec![1, 4, TokenClass::String as u32],
            ..BodyLine::default()
        };
        assert_eq!(
            coloured(&line),
            "a<span class=\"s\">&lt;b&gt;</span> &amp; &quot;c&quot;"
        );
    }
}
