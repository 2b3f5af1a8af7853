//! Questions that are asked by POST: they change nothing, so they are tried again like any read.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};

use super::read::Taken;
use super::{Answer, Headers, Http, Opened, refusal};
use crate::platform::ReadError;

/// Whether all of an answer has come that is of use, by its headers and as much of its body as has: an event stream may
/// stay open for as long as its server likes.
pub(in crate::platform) type IsComplete<'a> = &'a (dyn Fn(&HeaderMap, &[u8]) -> bool + Send + Sync);

impl Http {
    /// Posts a question to the endpoint itself. Only what changes nothing may be asked so: it may be sent several times.
    /// `shown` is the question as people may see it.
    pub(in crate::platform) async fn ask(
        &self,
        body: Vec<u8>,
        headers: Headers<'_>,
        shown: &str,
        is_complete: IsComplete<'_>,
    ) -> Result<Answer, ReadError> {
        let url = self.target.url(&[], &[]).ok_or_else(|| refusal::bad_name(&[]))?;
        let mut request =
            self.read.post(url).header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        match self.retrying(request, shown, Taken::Until(is_complete)).await? {
            Opened::Answer(answer) => Ok(answer),
            Opened::Bytes(..) => Err(refusal::nonsense(&self.target, "an answer to be read whole", None)),
        }
    }
}
