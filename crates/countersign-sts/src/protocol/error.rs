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
    /// A policy, or a rule of the service, refuses the call.
    AccessDenied 403;
    /// The account does not administer IAM for its organization.
    AccountNotManagementOrDelegatedAdministratorException 400;
    /// The account does not manage its organization.
    CallerIsNotManagementAccountException 400;
    /// The entity is being changed by another call.
    ConcurrentModification 409;
    /// The entity still holds, or is held by, others.
    DeleteConflict 409;
    /// There is an entity of that name.
    EntityAlreadyExists 409;
    /// The entity of that name is just being deleted.
    EntityTemporarilyUnmodifiable 409;
    /// Temporary credentials are past their end.
    ExpiredToken 403;
    /// The token of an identity provider is past its end.
    ExpiredTokenException 400;
    /// The token to trade in is past its end.
    ExpiredTradeInTokenException 400;
    /// The feature of the account is off.
    FeatureDisabled 404;
    /// The feature of the account is on already.
    FeatureEnabled 409;
    /// The identity provider cannot be reached.
    IDPCommunicationError 400;
    /// The identity provider refuses, or its claim does not match.
    IDPRejectedClaim 403;
    /// The signature lacks a part, or a part is malformed.
    IncompleteSignature 400;
    /// The action is no operation of the API version.
    InvalidAction 400;
    /// The codes of an MFA device are wrong.
    InvalidAuthenticationCode 403;
    /// The encoded message is none of ours.
    InvalidAuthorizationMessageException 400;
    /// The access key or session token is not one of ours.
    InvalidClientTokenId 403;
    /// The token of an identity provider cannot be read or verified.
    InvalidIdentityToken 400;
    /// A value is well-formed and makes no sense.
    InvalidInput 400;
    /// Parameters contradict each other.
    InvalidParameterValue 400;
    /// The operation is not for this kind of user.
    InvalidUserType 400;
    /// The token would be too large.
    JWTPayloadSizeExceededException 400;
    /// A public key is not that of the private key.
    KeyPairMismatch 400;
    /// A quota of the account is exhausted.
    LimitExceeded 409;
    /// A policy in the request cannot be read.
    MalformedPolicyDocument 400;
    /// The form cannot be read.
    MalformedQueryString 404;
    /// The request is not signed.
    MissingAuthenticationToken 403;
    /// There is no entity of that name.
    NoSuchEntity 404;
    /// The service has no such feature.
    NotSupportedService 404;
    /// The identity provider cannot be reached.
    OpenIdIdpCommunicationError 400;
    /// The account is in no organization.
    OrganizationNotFoundException 400;
    /// The account does not issue tokens.
    OutboundWebIdentityFederationDisabledException 403;
    /// Session policies and tags together are too large.
    PackedPolicyTooLarge 400;
    /// A password is not what the account's policy wants.
    PasswordPolicyViolation 400;
    /// A policy could not be evaluated.
    PolicyEvaluation 500;
    /// The policy may be attached by AWS alone.
    PolicyNotAttachable 400;
    /// STS is switched off in the region.
    RegionDisabledException 403;
    /// The service failed.
    ServiceFailure 500;
    /// The session would outlive that of its caller.
    SessionDurationEscalationException 403;
    /// The signature is wrong, or made for another service or time.
    SignatureDoesNotMatch 403;
    /// The path is not the API's.
    UnknownOperationException 404;
    /// The entity is changed by AWS alone.
    UnmodifiableEntity 400;
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
