//! One finding of the page.

use std::io::{self, Write};

use confiture_lint::Safety;

use super::{badge, excerpt, markdown};
use crate::report::escape;
use crate::report::model::{Edit, Finding, Fix, Place, Related};

/// Writes a finding: what, where, what to do, and what would cure it.
pub(super) fn write(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let start = finding.place.range().start;
    let rule = escape::html(&finding.rule);
    let id = &finding.fingerprint;
    writeln!(
        out,
        "<article class=\"finding {severity}\" id=\"finding-{id}\" data-severity=\"{severity}\" data-rule=\"{rule}\">\n\
         <h4>{badge} {message}</h4>\n<p class=\"meta\"><a href=\"#rule-{rule}\">{rule}</a> · \
         <a href=\"#finding-{id}\">line {line}, column {column}</a></p>\n{excerpt}",
        severity = finding.severity,
        badge = badge(finding.severity),
        message = markdown::sentence_html(&finding.message),
        line = start.line,
        column = start.column,
        excerpt = excerpt::render(&finding.place),
    )?;
    if let Some(help) = &finding.help {
        writeln!(
            out,
            "<div class=\"help\"><h5>Instead</h5>{}</div>",
            markdown::advice(help)
        )?;
    }
    for related in &finding.related {
        writeln!(out, "{}", seen_at(related))?;
    }
    for fix in &finding.fixes {
        writeln!(out, "{}", cure(fix))?;
    }
    writeln!(out, "</article>")
}

fn seen_at(related: &Related) -> String {
    format!(
        "<div class=\"related\"><p>{} <span class=\"meta\">{}</span></p>{}</div>",
        markdown::sentence_html(&related.message),
        escape::html(&shown(&related.place)),
        excerpt::render(&related.place)
    )
}

fn shown(place: &Place) -> String {
    let start = place.range().start;
    format!("{}:{}:{}", place.source.shown(), start.line, start.column)
}

fn cure(fix: &Fix) -> String {
    let mut text = format!(
        "<details class=\"cure\"><summary>Cure: {}{}</summary>\n",
        markdown::sentence_html(&fix.title),
        match fix.safety {
            Safety::Safe => "",
            Safety::Unsafe => " (look at it first)",
        }
    );
    for edit in &fix.edits {
        text.push_str(&replacement(edit));
    }
    for (path, content) in &fix.creates {
        let path = escape::html(&path.display().to_string());
        let content = escape::html(content.trim_end());
        text.push_str(&format!(
            "<p>A new file <code>{path}</code>:</p><pre tabindex=\"0\"><ins>{content}</ins></pre>"
        ));
    }
    if let Some(migration) = &fix.migration {
        let migration = escape::html(migration.trim_end());
        text.push_str(&format!(
            "<p>For a database that has it already:</p><pre tabindex=\"0\"><code>{migration}</code></pre>"
        ));
    }
    text.push_str("</details>");
    text
}

fn replacement(edit: &Edit) -> String {
    let old = edit
        .place
        .source
        .text
        .get(edit.place.bytes.clone())
        .unwrap_or_default();
    let mut text = format!(
        "<p class=\"meta\">{}</p><pre tabindex=\"0\">",
        escape::html(&shown(&edit.place))
    );
    if !old.is_empty() {
        text.push_str(&format!("<del>{}</del>\n", escape::html(old.trim_end())));
    }
    if !edit.text.is_empty() {
        text.push_str(&format!("<ins>{}</ins>\n", escape::html(edit.text.trim_end())));
    }
    text.push_str("</pre>");
    text
}
