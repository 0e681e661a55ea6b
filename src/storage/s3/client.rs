//! S3 client: connection options, timeouts and retries.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};

use sohoa_base::error::Result;
use sohoa_base::messages::storage;

/// Connection to an S3 server. `None` values are taken from the AWS environment variables and profile files.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct S3Options {
    /// URL of the server, such as `http://127.0.0.1:3900`.
    pub endpoint: Option<String>,
    /// Region for request signing; `us-east-1` if not configured anywhere.
    pub region: Option<String>,
    /// Access key, only together with `secret_key`.
    pub access_key: Option<String>,
    /// Secret key.
    pub secret_key: Option<String>,
    /// Whether the bucket is in the path instead of the host name; defaults to true if an endpoint is set.
    pub path_style: Option<bool>,
}

impl std::fmt::Debug for S3Options {
    /// Omits the secret key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Options")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("access_key", &self.access_key)
            .field("path_style", &self.path_style)
            .finish_non_exhaustive()
    }
}

/// Builds a client without contacting the server.
///
/// # Errors
/// `Invalid` for an endpoint that is not a URL, or an access key without its secret key.
pub(crate) async fn build_client(options: &S3Options) -> Result<Client> {
    let https = aws_smithy_http_client::Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(https);
    match (&options.access_key, &options.secret_key) {
        (Some(access), Some(secret)) => {
            loader = loader.credentials_provider(Credentials::new(access, secret, None, None, "sohoa"));
        }
        (None, None) => {}
        _ => return Err(storage::s3_keys_incomplete()),
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &options.endpoint {
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            return Err(storage::s3_endpoint_invalid(endpoint));
        }
        loader = loader.endpoint_url(endpoint);
    }
    // A few quick retries per request, so that one lost part does not fail a whole upload.
    let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(100));
    let shared = loader.timeout_config(timeouts(0)).retry_config(retries).load().await;

    let mut config = aws_sdk_s3::config::Builder::from(&shared);
    config = config.force_path_style(options.path_style.unwrap_or(shared.endpoint_url().is_some()));
    if shared.region().is_none() {
        config = config.region(Region::from_static("us-east-1"));
    }
    Ok(Client::from_conf(config.build()))
}

/// Wait for the begin of an answer, beside the time that the bytes of the request take. A connection that was cut silently is given up
/// after it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Bytes a second that a link or a copy within the server has at least.
const MIN_BYTES_PER_SECOND: u64 = 512 << 10;

/// Timeouts of a request that sends or copies `bytes`.
pub(crate) fn timeouts(bytes: u64) -> TimeoutConfig {
    let answer = ANSWER_TIMEOUT + Duration::from_secs(bytes / MIN_BYTES_PER_SECOND);
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(answer)
        .operation_attempt_timeout(answer + Duration::from_secs(240))
        .build()
}

/// Settings of one request that sends or copies `bytes`.
pub(crate) fn for_bytes(bytes: u64) -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::Config::builder().timeout_config(timeouts(bytes))
}

/// Size in bytes as reported by the SDK; 0 if missing or negative.
pub(crate) fn to_size(bytes: Option<i64>) -> u64 {
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_key_is_not_in_debug_output() {
        let options = S3Options { secret_key: Some("s3cr3t".into()), ..S3Options::default() };
        assert!(!format!("{options:?}").contains("s3cr3t"));
    }
}
