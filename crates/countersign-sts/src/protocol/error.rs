//! The errors a client can get, each with its code on the wire, its status and whose fault it is.

/// Who has to do something about an error: the `Type` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The client.
    Sender,
    /// The service.
    Receiver,
}

impl Fault {
    /// The text on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sender => "Sender",
            Self::Receiver => "Receiver",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $code:ident $status:literal;)*) => {
        /// An error code, spelt as on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[doc = $doc])* $code,)* }

        impl ErrorCode {
            /// The code on the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$code => $status,)* }
            }
        }
    };
}

codes! {
    /// A policy, or a rule of STS, refuses the call.
    AccessDenied 403;
    /// Temporary credentials are past their end.
    ExpiredToken 403;
    /// The signature lacks a part, or a part is malformed.
    IncompleteSignature 400;
    /// The action is no operation of the API version.
    InvalidAction 400;
    /// The access key or session token is not one of ours.
    InvalidClientTokenId 403;
    /// A web identity token or SAML assertion cannot be believed.
    InvalidIdentityToken 400;
    /// Parameters contradict each other.
    InvalidParameterValue 400;
    /// A policy in the request cannot be read.
    MalformedPolicyDocument 400;
    /// The form cannot be read.
    MalformedQueryString 404;
    /// The request is not signed.
    MissingAuthenticationToken 403;
    /// Session policies and tags together are too large.
    PackedPolicyTooLarge 400;
    /// The signature is wrong, or made for another service or time.
    SignatureDoesNotMatch 403;
    /// The path is not the API's.
    UnknownOperationException 404;
    /// Parameters break their constraints.
    ValidationError 400;
}

impl ErrorCode {
    /// Whose fault it is: the client's below status 500.
    #[must_use]
    pub fn fault(self) -> Fault {
        if self.status() < 500 { Fault::Sender } else { Fault::Receiver }
    }
}

/// A refusal as the client sees it. The text is AWS's, because programs match on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.name())]
pub struct ApiError {
    /// The code on the wire.
    pub code: ErrorCode,
    /// The text on the wire.
    pub message: String,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ValidationError, message)
    }
}
