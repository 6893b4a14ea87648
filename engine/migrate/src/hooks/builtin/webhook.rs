//! A message to a server on the web.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, json};
use sha2::Sha256;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Error};

use crate::hooks::{ConfigReader, Hook, HookError, HookResult, HookScope, HookType, Placement, Template};

pub(super) static TYPE: HookType = HookType {
    name: "webhook",
    summary: "Sends what is known as JSON to a URL, signed where there is a secret",
    docs: "\
Sends a POST request with the same JSON object that the hook type `command` gives to a program, and `extra` in it. It runs
outside of any transaction: in a phase inside of a migration, what came before is committed first; in `after_migration`,
`on_error` and the phases of a run nothing is split. Every answer from 200 to 299 is a success. No answer, 408, 429 and 500 to
599 are tried again (3 attempts, unless `retries` says otherwise), any other status is a failure at once. Redirects are not
followed.

| setting | |
|---|---|
| `url` | where to; may refer to `${VAR}`. It is never shown but for its host |
| `secret` | a reference to a variable, `${VAR}`, alone: the request gets the header `X-Confiture-Signature: sha256=` with the HMAC-SHA256 of `X-Confiture-Timestamp`, a dot and the body, by this key, in hexadecimal digits. A secret that is written out is an error |
| `headers` | further headers, by name; values may refer to `${VAR}` |
| `extra` | an object that is sent along as `extra` |
| `request_timeout` | how long one request may take. Default 10s |

Each request has the header `X-Confiture-Delivery`, which is the same for all attempts of one message, so that a receiver can
tell what it has seen.

```yaml
hooks:
  after_migration:
    - type: webhook
      on_failure: warn
      config:
        url: https://hooks.example.com/deployments
        secret: ${WEBHOOK_SECRET}
```
",
    read,
};

/// How long one request may take where nothing is said.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of an answer is shown, in characters.
const ANSWER_SHOWN: usize = 200;

#[derive(Debug)]
struct Webhook {
    url: Template,
    secret: Option<Template>,
    headers: Vec<(String, Template)>,
    extra: Option<serde_json::Value>,
    request_timeout: Duration,
}

fn read(reader: &mut ConfigReader<'_>) -> Option<Arc<dyn Hook>> {
    reader.needs("url");
    let url = reader.template("url");
    let secret = reader.template("secret");
    if secret.as_ref().is_some_and(|secret| !secret.is_reference()) {
        // The message must not quote it.
        let help = "write `secret: ${WEBHOOK_SECRET}` and set that variable where migrations run";
        reader.reject(
            "secret",
            "a secret must not stand in a file",
            Some(help.to_owned()),
        );
        return None;
    }
    let webhook = Webhook {
        secret,
        headers: reader.named_templates("headers"),
        extra: reader.json("extra"),
        request_timeout: reader.duration("request_timeout").unwrap_or(REQUEST_TIMEOUT),
        url: url?,
    };
    let is_plain = !webhook.url.text().contains("${");
    if is_plain && host(webhook.url.text()).is_none() {
        reader.reject(
            "url",
            "`url` must begin with https:// or http:// and a host",
            None,
        );
        return None;
    }
    Some(Arc::new(webhook))
}

/// The host of a URL, with its port: what may be shown of it.
fn host(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    (!host.is_empty()).then_some(host)
}

impl Hook for Webhook {
    fn placement(&self) -> Placement {
        Placement::Alone
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn run(&self, scope: &mut HookScope<'_>) -> Result<HookResult, HookError> {
        let url = self.url.expand()?;
        let host =
            host(url.reveal()).ok_or_else(|| HookError::new("its URL is neither https:// nor http://"))?;
        let body = self.body(scope)?;
        let began = Instant::now();
        let left = scope.deadline.saturating_duration_since(began);
        let agent = agent(
            left.min(self.request_timeout),
            url.reveal().starts_with("https://"),
        )?;
        let mut request = agent.post(url.reveal()).content_type("application/json");
        for (name, value) in self.signed(&body, scope)? {
            request = request.header(name, value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.expand()?.reveal());
        }
        let response = request.send(&body[..]).map_err(|error| unsent(host, &error))?;
        let status = response.status().as_u16();
        if !(200..300).contains(&status) {
            return Err(refused(host, status, response));
        }
        let mut statistics = Map::new();
        statistics.insert("status".to_owned(), json!(status));
        statistics.insert(
            "duration_ms".to_owned(),
            json!(began.elapsed().as_secs_f64() * 1000.0),
        );
        Ok(HookResult {
            rows: None,
            statistics,
            message: Some(format!("{host} answered {status}")),
        })
    }

    fn describe(&self) -> String {
        // A URL may hold a key: of one that comes from variables nothing is shown.
        let host = host(self.url.text()).filter(|host| !host.contains('$'));
        format!(
            "sends a message to {}",
            host.unwrap_or("a URL of the environment's")
        )
    }
}

impl Webhook {
    fn body(&self, scope: &HookScope<'_>) -> Result<Vec<u8>, HookError> {
        let unwritten =
            |error: serde_json::Error| HookError::new(format!("the context can't be written: {error}"));
        let mut body = serde_json::to_value(&*scope.context).map_err(unwritten)?;
        if let (Some(extra), Some(object)) = (&self.extra, body.as_object_mut()) {
            object.insert("extra".to_owned(), extra.clone());
        }
        serde_json::to_vec(&body).map_err(unwritten)
    }

    /// The headers that say which message it is, and who sends it.
    fn signed(&self, body: &[u8], scope: &HookScope<'_>) -> Result<Vec<(&'static str, String)>, HookError> {
        let mut headers = vec![("X-Confiture-Delivery", delivery(scope))];
        let Some(secret) = &self.secret else {
            return Ok(headers);
        };
        let timestamp = jiff::Timestamp::now().as_second().to_string();
        let key = secret.expand()?;
        let signature = signature(key.reveal().as_bytes(), &timestamp, body)?;
        headers.push(("X-Confiture-Timestamp", timestamp));
        headers.push(("X-Confiture-Signature", format!("sha256={signature}")));
        Ok(headers)
    }
}

/// What tells one message from others: the same for each attempt.
fn delivery(scope: &HookScope<'_>) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    static PROCESS: LazyLock<[u64; 2]> = LazyLock::new(|| [fastrand::u64(..), fastrand::u64(..)]);
    // No two hooks of a process have the same end, and all attempts of one have.
    let digest = |process: u64| {
        let mut hasher = DefaultHasher::new();
        (process, scope.deadline, scope.key, &scope.context.migration).hash(&mut hasher);
        hasher.finish().to_be_bytes()
    };
    hex(PROCESS.map(digest).as_flattened())
}

fn signature(key: &[u8], timestamp: &str, body: &[u8]) -> Result<String, HookError> {
    let mac = Hmac::<Sha256>::new_from_slice(key);
    let mut mac = mac.map_err(|_| HookError::new("its secret can't be used as a key"))?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(hex(&mac.finalize().into_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn agent(timeout: Duration, needs_tls: bool) -> Result<Agent, HookError> {
    let mut config = Agent::config_builder()
        .timeout_global(Some(timeout.max(Duration::from_millis(1))))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("confiture/", env!("CARGO_PKG_VERSION")));
    if needs_tls {
        config = config.tls_config(tls()?);
    }
    Ok(config.build().new_agent())
}

/// TLS with the roots that the operating system trusts.
fn tls() -> Result<TlsConfig, HookError> {
    let roots = rustls_native_certs::load_native_certs().certs;
    if roots.is_empty() {
        let message = "the operating system has no root certificates, so no server can be verified";
        return Err(HookError::new(message).help("install them: on Debian, `apt install ca-certificates`"));
    }
    let roots: Vec<Certificate<'static>> = roots
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
}

/// No answer. The error's text may hold the URL, so only its kind is told.
fn unsent(host: &str, error: &Error) -> HookError {
    let reason = match error {
        Error::Timeout(_) => "no answer in time".to_owned(),
        Error::HostNotFound => "the host's name is unknown".to_owned(),
        Error::ConnectionFailed => "the connection failed".to_owned(),
        Error::Io(error) => error.to_string(),
        Error::Rustls(error) => format!("TLS: {error}"),
        Error::BadUri(_) | Error::Http(_) => {
            return HookError::new("its URL or a header of it can't be used");
        }
        _ => "the request could not be sent".to_owned(),
    };
    HookError::new(format!("{host}: {reason}")).passing()
}

fn refused(host: &str, status: u16, mut response: ureq::http::Response<ureq::Body>) -> HookError {
    let body = response
        .body_mut()
        .with_config()
        .limit(16 * 1024)
        .lossy_utf8(true)
        .read_to_string();
    let words: Vec<String> = body
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let said: String = words.join(" ").chars().take(ANSWER_SHOWN).collect();
    let message = match said.is_empty() {
        true => format!("{host} answered {status}"),
        false => format!("{host} answered {status}: {said}"),
    };
    match status {
        408 | 429 | 500..=599 => HookError::new(message).passing(),
        _ => HookError::new(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_url() {
        assert_eq!(
            host("https://user:key@example.com:8443/x?token=1"),
            Some("example.com:8443")
        );
        assert_eq!(host("http://localhost"), Some("localhost"));
        for wrong in ["ftp://x", "https://", "example.com", "https:///x", "http://u:p@"] {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_signature_is_what_others_compute() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac key
        let signature = signature(b"key", "1700000000", b"{}").unwrap();
        assert_eq!(
            signature,
            "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
        );
    }
}
