"""Every event there is.

Events are structs, since they are made for every request; see `ScopeSet`.
"""

from ostiary.core.model.audit.accounts import (
    AccessEnded,
    PasswordChanged,
    PasswordUpgraded,
    UserAdded,
    UserChanged,
    UserDeleted,
    UserUnlocked,
)
from ostiary.core.model.audit.administration import ConfigurationApplied, ManagementDone
from ostiary.core.model.audit.authenticators import (
    AuthenticatorAdded,
    AuthenticatorChanged,
    AuthenticatorRemoved,
    BrowserRemembered,
    BrowsersForgotten,
    SecondFactorAccepted,
    SecondFactorLocked,
    SecondFactorRefused,
    SecondFactorSkipped,
)
from ostiary.core.model.audit.outbound import (
    FetchFailed,
    LogoutNoticeSent,
    MessageDelivered,
    MessageFailed,
)
from ostiary.core.model.audit.references import AttributesDropped, AttributesPickedUp
from ostiary.core.model.audit.sign_on import (
    ConsentGiven,
    ConsentWithdrawn,
    FlowFailed,
    OwnSessionEnded,
    PasswordAccepted,
    PasswordLocked,
    PasswordRefused,
    SignedOff,
    SignedOn,
)
from ostiary.core.model.audit.tokens import (
    AuthorizationAnswered,
    ReplayDetected,
    RequestRefused,
    TokenIntrospected,
    TokenIssued,
    TokenRevoked,
    UserinfoAnswered,
    UserTokenIssued,
)

Event = (
    TokenIssued
    | UserTokenIssued
    | AuthorizationAnswered
    | UserinfoAnswered
    | RequestRefused
    | TokenIntrospected
    | TokenRevoked
    | ReplayDetected
    | AttributesDropped
    | AttributesPickedUp
    | PasswordAccepted
    | PasswordRefused
    | PasswordLocked
    | SignedOn
    | SignedOff
    | OwnSessionEnded
    | ConsentGiven
    | ConsentWithdrawn
    | FlowFailed
    | PasswordUpgraded
    | PasswordChanged
    | UserAdded
    | UserChanged
    | AccessEnded
    | UserDeleted
    | UserUnlocked
    | AuthenticatorAdded
    | AuthenticatorChanged
    | AuthenticatorRemoved
    | SecondFactorAccepted
    | SecondFactorRefused
    | SecondFactorLocked
    | SecondFactorSkipped
    | BrowserRemembered
    | BrowsersForgotten
    | ConfigurationApplied
    | ManagementDone
    | FetchFailed
    | LogoutNoticeSent
    | MessageDelivered
    | MessageFailed
)
