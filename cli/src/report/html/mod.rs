//! A page to read, in one file that needs nothing from anywhere: no network, and no script to be read.

mod excerpt;
mod finding;
mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use confiture_lint::Severity;

use super::model::{Finding, Problem, Report, Rule};
use super::{count, escape, totals};
use crate::contract::LintSummary;
use crate::failure::Failure;

/// The severities that findings have, the worst first.
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

/// Writes the page.
pub(super) fn write(report: &Report, out: &mut impl Write) -> Result<(), Failure> {
    let files = by_file(report);
    head(report, out)?;
    problems(&report.problems, out)?;
    if report.findings.is_empty() {
        writeln!(out, "<p class=\"all-clear\">Nothing found.</p>")?;
    } else {
        overview(report, &files, out)?;
        filter(report, out)?;
        findings(&files, out)?;
        rules(report, out)?;
    }
    clean_files(report, &files, out)?;
    writeln!(
        out,
        "</main>\n<footer><p>Made by <a href=\"{}\">Confiture</a> {}</p></footer>\n<script>{}</script>\n</body>\n</html>",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION"),
        include_str!("page.js"),
    )?;
    Ok(())
}

/// Findings by their file, in the order in which they were found.
fn by_file(report: &Report) -> Vec<(String, Vec<&Finding>)> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut files: Vec<(String, Vec<&Finding>)> = Vec::new();
    for finding in &report.findings {
        let path = report.base.path(&finding.place.source.path);
        let at = *places.entry(path.clone()).or_insert_with(|| {
            files.push((path, Vec::new()));
            files.len() - 1
        });
        files[at].1.push(finding);
    }
    files
}

/// The word for a severity, for people.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Off => "remark",
    }
}

fn head(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let totals = totals(&report.summary);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n<title>Confiture: {totals}</title>\n<style>\n{}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">Skip to the content</a>\n\
         <header>\n<h1>Lint report</h1>\n<ul class=\"counts\">",
        include_str!("page.css"),
    )?;
    let LintSummary {
        files,
        statements,
        errors,
        warnings,
        infos,
    } = report.summary;
    for (class, number, word) in [
        ("error", errors, "error"),
        ("warning", warnings, "warning"),
        ("info", infos, "remark"),
        ("", files, "file"),
        ("", statements, "statement"),
    ] {
        let class = if number == 0 { "none" } else { class };
        let plural = if number == 1 { "" } else { "s" };
        writeln!(
            out,
            "<li class=\"{class}\"><strong>{number}</strong> <span>{word}{plural}</span></li>"
        )?;
    }
    writeln!(out, "</ul>\n</header>\n<main id=\"content\">")
}

fn problems(problems: &[Problem], out: &mut impl Write) -> io::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section class=\"problems\" aria-labelledby=\"problems\">\n<h2 id=\"problems\">{}</h2>\n\
         <p>This could not be read or is configured wrongly; the rest was checked all the same.</p>\n<ul>",
        count(problems.len(), "problem")
    )?;
    for problem in problems {
        let mut place = problem.path.display().to_string();
        if let Some(at) = &problem.place {
            let start = at.range().start;
            place.push_str(&format!(":{}:{}", start.line, start.column));
        }
        writeln!(
            out,
            "<li>{} <p><strong>{}</strong></p><p class=\"meta\"><code>{}</code> · {}</p>{}</li>",
            badge(problem.severity),
            markdown::sentence_html(&problem.message),
            escape::html(&place),
            problem.code,
            problem.help.as_deref().map(markdown::advice).unwrap_or_default(),
        )?;
    }
    writeln!(out, "</ul>\n</section>")
}

fn badge(severity: Severity) -> String {
    format!("<span class=\"badge {severity}\">{}</span>", word(severity))
}

fn overview(report: &Report, files: &[(String, Vec<&Finding>)], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<section class=\"overview\" aria-labelledby=\"overview\">\n<h2 id=\"overview\">Overview</h2>\n\
         <div class=\"tables\">"
    )?;
    let mut by_rule: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        by_rule.entry(&finding.rule).or_default().push(finding);
    }
    let mut rules: Vec<_> = by_rule.into_iter().collect();
    rules.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
    table("By rule", "Rule", out)?;
    for (name, found) in &rules {
        let id = escape::html(name);
        row(&format!("<a href=\"#rule-{id}\">{id}</a>"), found, out)?;
    }
    writeln!(out, "</tbody></table></div>")?;
    table("By file", "File", out)?;
    for (number, (path, found)) in files.iter().enumerate() {
        let name = format!("<a href=\"#file-{number}\">{}</a>", breakable(path));
        row(&name, found, out)?;
    }
    writeln!(out, "</tbody></table></div>\n</div>\n</section>")
}

/// A path that may go on in the next line after each slash.
fn breakable(path: &str) -> String {
    escape::html(path).replace('/', "/<wbr>")
}

fn table(caption: &str, first: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table>\n\
         <caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{first}</th><th scope=\"col\">Errors</th>\
         <th scope=\"col\">Warnings</th><th scope=\"col\">Remarks</th></tr></thead>\n<tbody>"
    )
}

fn row(name: &str, found: &[&Finding], out: &mut impl Write) -> io::Result<()> {
    write!(out, "<tr><th scope=\"row\">{name}</th>")?;
    for severity in SEVERITIES {
        match found
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
        {
            0 => write!(out, "<td class=\"none\">0</td>")?,
            n => write!(out, "<td class=\"{severity}\">{n}</td>")?,
        }
    }
    writeln!(out, "</tr>")
}

/// The filter is shown by the script that makes it work.
fn filter(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<form class=\"filter\" id=\"filter\" role=\"search\" aria-label=\"Filter findings\" hidden>\n\
         <fieldset><legend>Severity</legend>"
    )?;
    let found: BTreeSet<Severity> = report.findings.iter().map(|f| f.severity).collect();
    for severity in SEVERITIES.into_iter().filter(|severity| found.contains(severity)) {
        writeln!(
            out,
            "<label><input type=\"checkbox\" name=\"severity\" value=\"{severity}\" checked> {}s</label>",
            word(severity)
        )?;
    }
    writeln!(
        out,
        "</fieldset>\n<label>Rule <select name=\"rule\"><option value=\"\">all</option>"
    )?;
    for name in report.rules.keys() {
        let name = escape::html(name);
        writeln!(out, "<option value=\"{name}\">{name}</option>")?;
    }
    writeln!(
        out,
        "</select></label>\n<label>Text <input type=\"search\" name=\"text\" \
         placeholder=\"table, file, words …\"></label>\n\
         <output id=\"shown\" aria-live=\"polite\">{}</output>\n</form>",
        count(report.findings.len(), "finding")
    )
}

fn findings(files: &[(String, Vec<&Finding>)], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n\
         <p id=\"nothing\" hidden>No finding is like that.</p>"
    )?;
    for (number, (path, found)) in files.iter().enumerate() {
        writeln!(
            out,
            "<section class=\"file\" aria-labelledby=\"file-{number}\">\n<h3 id=\"file-{number}\">\
             <bdi>{}</bdi> <span class=\"number\">{}</span></h3>",
            breakable(path),
            count(found.len(), "finding"),
        )?;
        for finding in found {
            finding::write(finding, out)?;
        }
        writeln!(out, "</section>")?;
    }
    writeln!(out, "</section>")
}

fn rules(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<section class=\"rules\" aria-labelledby=\"rules\">\n<h2 id=\"rules\">The rules</h2>"
    )?;
    for rule in report.rules.values() {
        explanation(rule, out)?;
    }
    writeln!(out, "</section>")
}

fn explanation(rule: &Rule, out: &mut impl Write) -> io::Result<()> {
    let name = escape::html(&rule.name);
    writeln!(
        out,
        "<details id=\"rule-{name}\">\n<summary><h3>{name}</h3> <span>{}</span></summary>\n{}</details>",
        markdown::sentence_html(&rule.summary),
        markdown::render(&rule.documentation),
    )
}

fn clean_files(report: &Report, files: &[(String, Vec<&Finding>)], out: &mut impl Write) -> io::Result<()> {
    let found: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let paths = report.files.iter().map(|path| report.base.path(path));
    let clean: Vec<String> = paths.filter(|path| !found.contains(path.as_str())).collect();
    if clean.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<details class=\"clean\">\n<summary>{} without findings</summary>\n<ul>",
        count(clean.len(), "file")
    )?;
    for path in &clean {
        writeln!(out, "<li><bdi>{}</bdi></li>", breakable(path))?;
    }
    writeln!(out, "</ul>\n</details>")
}
