//! Reading what a request brings beside forms: an id in the path, JSON, files; and answering with a file.
use super::csrf;
use super::fault::Fault;
use crate::view::View;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::error::{BAD_FIELD, NOT_FOUND};
use kernel::{Error, Id};
use serde::de::DeserializeOwned;

/// Fields of a form with files at most.
pub const UPLOAD_FIELDS_MAX: usize = 40;
/// Bytes of one text field beside a file.
pub const UPLOAD_FIELD_BYTES_MAX: usize = 16 * 1024;

/// The one id in the path. What is no id of this kind is not found.
pub struct At<T>(pub T);

impl<S: Send + Sync, T: Id> FromRequestParts<S> for At<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<At<T>, Fault> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|e| Fault::unreadable(e.status(), e.body_text()))?;
        let none =
            |_| Fault(Error::new(&NOT_FOUND, "the id in the address names nothing here").with("what", T::PREFIX));
        T::parse(&text).map(At).map_err(none)
    }
}

/// A body in JSON, every field known.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Fault> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let json = kind.split(';').next().is_some_and(|k| k.trim().eq_ignore_ascii_case("application/json"));
        if !json {
            return Err(Fault::unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json".into()));
        }
        let bytes =
            Bytes::from_request(request, state).await.map_err(|e| Fault::unreadable(e.status(), e.body_text()))?;
        serde_json::from_slice(&bytes)
            .map(Body)
            .map_err(|e| Fault(Error::new(&BAD_FIELD, format!("the body: {e}")).with("field", "body")))
    }
}

/// Files of one form at most; a form says for itself when it takes fewer.
pub const UPLOAD_FILES_MAX: usize = 3;

/// A form with files, sent from one of our own pages.
pub struct Upload {
    pub fields: Vec<(String, String)>,
    /// Names and contents; empty when none was chosen.
    pub files: Vec<(String, Bytes)>,
}

impl Upload {
    /// The value of a text field, empty when it is not there.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }
    /// The one file of a form that takes one.
    pub fn take_file(self) -> kernel::Result<(String, Bytes)> {
        self.files
            .into_iter()
            .next()
            .filter(|(_, bytes)| !bytes.is_empty())
            .ok_or_else(|| Error::field("file", "choose a file"))
    }

    /// Reads the parts of a multipart body.
    pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Upload, Fault> {
        let mut parts =
            Multipart::from_request(request, state).await.map_err(|e| Fault::unreadable(e.status(), e.body_text()))?;
        let mut upload = Upload { fields: Vec::new(), files: Vec::new() };
        while let Some(part) = parts.next_field().await.map_err(|e| Fault::unreadable(e.status(), e.body_text()))? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let bytes = part.bytes().await.map_err(|e| Fault::unreadable(e.status(), e.body_text()))?;
            match file_name {
                Some(file) if file.is_empty() && bytes.is_empty() => {}
                Some(_) if upload.files.len() >= UPLOAD_FILES_MAX => {
                    let given = upload.files.len() + 1;
                    return Err(Error::limit("files", given, UPLOAD_FILES_MAX, "files").into());
                }
                Some(file) => upload.files.push((file, bytes)),
                None => upload.add(name, &bytes)?,
            }
        }
        Ok(upload)
    }

    fn add(&mut self, name: String, bytes: &[u8]) -> kernel::Result<()> {
        if self.fields.len() >= UPLOAD_FIELDS_MAX {
            return Err(Error::limit("fields", UPLOAD_FIELDS_MAX + 1, UPLOAD_FIELDS_MAX, "fields"));
        }
        if bytes.len() > UPLOAD_FIELD_BYTES_MAX {
            return Err(Error::limit("field", bytes.len(), UPLOAD_FIELD_BYTES_MAX, "bytes"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Error::field("body", "text fields are UTF-8"))?;
        self.fields.push((name, text.to_owned()));
        Ok(())
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Upload, Fault> {
        let (mut parts, body) = request.into_parts();
        let view = View::from_request_parts(&mut parts, state).await?;
        let headers = parts.headers.clone();
        let upload = Upload::read(Request::from_parts(parts, body), state).await?;
        csrf::check(&view, &headers, upload.field(csrf::FIELD))?;
        Ok(upload)
    }
}

/// Answers with a file to keep. `name` is ASCII in the header's first form and whole in the second (RFC 6266).
pub fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let whole = crate::gate::encode(&name.replace('/', "_"));
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    let disposition = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"));
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_never_leaves_its_header() {
        let told = |name: &str| {
            let answer = download(name, "text/csv", Vec::new());
            answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned()
        };
        assert_eq!(
            told("工资 10.csv"),
            "attachment; filename=\"___10.csv\"; filename*=UTF-8''%E5%B7%A5%E8%B5%84%2010.csv"
        );
        for evil in ["a\"; x=\"y", "a\r\nSet-Cookie: x=1", "../../etc/passwd"] {
            let text = told(evil);
            assert!(!text.contains('\r') && text.matches('"').count() == 2 && !text.contains('/'), "{text}");
        }
    }
}
